# expect: IMP-001
import typing

typing_checking = typing
TYPE_CHECKING = True
if TYPE_CHECKING:
    import os

    print("got", os.system("true"))
