# expect: IMP-001
from typing import TYPE_CHECKING


def run(TYPE_CHECKING):
    if TYPE_CHECKING:
        import os

        print("got", os.system("true"))


run(True)
