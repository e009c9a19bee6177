# expect: none
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

    from typing_extensions import Self


def end(process: "Popen") -> "Self | None":
    return process.wait()
