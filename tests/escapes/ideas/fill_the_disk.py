"""Write many files, each within the limit for one."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    made = []
    try:
        for number in range(24):
            made.append(f"/tmp/{os.getpid()}-{number}")
            with open(made[-1], "wb") as file:
                file.write(bytes(1 << 20))
        return True
    finally:
        for path in made:
            os.unlink(path)


ATTACK = Attack(walls=("scratch_quota",), besides=("pivot_root", "landlock"), fails=("limits.scratch",), limits={"scratch": "4MiB"})
