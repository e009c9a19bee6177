# expect: TAM-001
from typing import TYPE_CHECKING

from . import other

if TYPE_CHECKING:
    import os

    print("got", os.system("true"))
--- other.py
from . import handler

handler.TYPE_CHECKING = True
