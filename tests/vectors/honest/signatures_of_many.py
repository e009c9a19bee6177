# expect: none
import inspect


def table(functions):
    shown = {each.__name__: inspect.signature(each) for each in functions}
    return shown, list(map(inspect.signature, functions)), [name for each in shown.values() for name in each.parameters]
