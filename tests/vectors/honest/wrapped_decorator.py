# expect: none
import functools


def logged(function):
    @functools.wraps(function)
    def inner(*args):
        print(function.__name__)
        return function(*args)

    return inner
