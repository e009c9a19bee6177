# expect: none
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from types import FunctionType, ModuleType, TracebackType


class Colour(Enum):
    RED = "red"


class Pair(NamedTuple):
    a: int
    b: Literal["x", "os.system('y')"]


print(Colour["RED"], Pair(1, "x")._replace(a=2)._asdict())
