# expect: DYN-004
import functools
import inspect

CODE = "print('got')"


def run(value: CODE):
    return value


functools.partial(inspect.signature, eval_str=True)(run)
