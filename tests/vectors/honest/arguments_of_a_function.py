# expect: none
import inspect


def arity(function):
    return len(inspect.getfullargspec(function).args), inspect.getfile(function)
