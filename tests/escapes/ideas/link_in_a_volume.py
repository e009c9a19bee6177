"""Follow a link that lies in a volume to a file outside of it."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    with open(volume(given, "data") + "/link", encoding="utf-8") as file:
        return file.read() == "hunter2"


ATTACK = Attack(walls=("pivot_root", "landlock"), volumes={"data": "read", "out": "write"}, fails=("OSError",))
