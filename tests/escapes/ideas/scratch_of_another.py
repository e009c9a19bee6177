"""Read what another skill's guest wrote into its /tmp."""

from tests.escapes.attack import Attack, Call, Given


def victim(call: Call, given: Given) -> dict[str, bool]:
    with open(given["dropped"], "w", encoding="utf-8") as file:
        file.write("hunter2")
    return {}


def attack(call: Call, given: Given) -> bool:
    with open(given["dropped"], encoding="utf-8") as file:
        return file.read() == "hunter2"


ATTACK = Attack(walls=("scratch_quota",), besides=("pivot_root", "landlock"), fails=("FileNotFoundError",))
