# expect: none
import functools


def logged(function):
    @functools.wraps(function, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def inner(*arguments, **named):
        return function(*arguments, **named)

    return inner


class Cached:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, value):
        return self._function(value)
