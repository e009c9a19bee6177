# expect: none
import inspect


def parameters(function):
    return list(inspect.signature(function).parameters), inspect.iscoroutinefunction(function)
