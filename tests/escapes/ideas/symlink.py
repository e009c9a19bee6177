"""Follow a link of its own making to a file of the host."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    link = f"/tmp/link-{os.getpid()}"
    os.symlink(given["secret"], link)
    try:
        with open(link, encoding="utf-8") as file:
            return file.read() == "hunter2"
    finally:
        os.unlink(link)


ATTACK = Attack(walls=("seccomp", "pivot_root", "landlock"), leaves=("kernel call",))
