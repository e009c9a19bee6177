# expect: none
import sys
import typing

if sys.version_info >= (3, 15):
    from typing import TypeForm
if sys.version_info >= (3, 14):
    from functools import Placeholder
    from pathlib.types import PathInfo
    from string.templatelib import Template
    from uuid import uuid7
print(typing.TYPE_CHECKING)
