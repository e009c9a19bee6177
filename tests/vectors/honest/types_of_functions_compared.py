# expect: none
import types
from types import CodeType, FunctionType

NAMES = {FunctionType: "function", types.ModuleType: "module"}


def kind(value: types.FunctionType | None) -> str | None:
    if isinstance(value, (types.LambdaType, types.FunctionType, CodeType)) or type(value) is types.FunctionType:
        return NAMES[type(value)]
    match value:
        case types.FunctionType():
            return "function"
    return None
