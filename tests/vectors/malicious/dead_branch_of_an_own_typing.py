# expect: IMP-001
from .typing_extensions import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    print("got", os.system("true"))
--- typing_extensions.py
TYPE_CHECKING = True
