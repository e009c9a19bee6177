# expect: none
from __future__ import annotations

import inspect
import typing

if typing.TYPE_CHECKING:
    import ssl


def shown(frame: inspect.FrameInfo, verify: ssl.SSLContext | bool = True) -> str:
    return f"{frame.filename}:{frame.lineno}"
