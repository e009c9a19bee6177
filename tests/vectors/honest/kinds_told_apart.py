# expect: none
import types


def kind(value):
    if isinstance(value, (types.FunctionType, types.MethodType)):
        return "function"
    return "code" if isinstance(value, (types.CodeType, types.FrameType, types.TracebackType)) else type(value).__name__
