"""Write a file into a folder of the host that everyone may write into."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    with open(given["written"], "w", encoding="utf-8") as file:
        file.write("was here")
    return True


ATTACK = Attack(
    walls=("pivot_root", "landlock"),
    fails=("FileNotFoundError", "PermissionError"),
    seen=lambda host, patience: host.written.exists(),
    leaves=("guest write",),
)
