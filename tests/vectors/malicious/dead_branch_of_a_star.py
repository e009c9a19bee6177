# expect: IMP-001
from typing import TYPE_CHECKING

from .other import *

if TYPE_CHECKING:
    import os

    print("got", os.system("true"))
--- other.py
TYPE_CHECKING = True
