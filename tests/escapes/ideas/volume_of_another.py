"""Read the volume of another skill, by its name, beside its own, and by its path on the host."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def victim(call: Call, given: Given) -> dict[str, bool]:
    with open(volume(given, "private") + "/a.txt", encoding="utf-8") as file:
        assert file.read() == "hunter2"
    return {}


def attack(call: Call, given: Given) -> bool:
    import contextlib

    for place in ("/volumes/private", volume(given, "data") + "/../private", volume(given, "data") + "/private"):
        with contextlib.suppress(OSError), open(place + "/a.txt", encoding="utf-8") as file:
            return file.read() == "hunter2"
    with open(given["volumes"]["private"] + "/a.txt", encoding="utf-8") as file:
        return file.read() == "hunter2"


ATTACK = Attack(
    walls=("pivot_root", "landlock"),
    volumes={"data": "read", "out": "write"},
    victim_volumes={"private": "read"},
    fails=("FileNotFoundError",),
    leaves=("guest open",),
)
