# expect: DYN-004
import inspect


def run(function, options):
    return inspect.signature(function, **options)
