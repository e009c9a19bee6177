# expect: DYN-004
import inspect


def run(function):
    return inspect.signature(function, eval_str=True)
