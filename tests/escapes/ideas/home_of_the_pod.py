"""Read the pod's own directory: its journal, and what other skills have stored."""

import os

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    return "journal" in os.listdir(given["home"])


ATTACK = Attack(
    walls=("pivot_root", "landlock"),
    fails=("FileNotFoundError", "PermissionError"),
    needs=lambda: "an ordinary user: root's guests are somebody else, to whom it is closed" if os.geteuid() == 0 else "",
)
