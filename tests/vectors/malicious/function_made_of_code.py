# expect: DYN-002
import types


def make(code):
    return types.FunctionType(code, {})
