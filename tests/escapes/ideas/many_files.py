"""Use up the names of a disk with empty files."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os

    made = []
    try:
        for number in range(600):
            made.append(f"/tmp/{os.getpid()}-{number}")
            open(made[-1], "wb").close()
        return True
    finally:
        for path in made:
            if os.path.exists(path):
                os.unlink(path)


ATTACK = Attack(walls=("scratch_quota",), besides=("pivot_root", "landlock"), fails=("limits.scratch",), limits={"scratch": "1MiB"})
