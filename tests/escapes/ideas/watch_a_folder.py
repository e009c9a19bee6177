"""Watch what others do in a folder of the host. Landlock does not see it."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    watcher = call("inotify_init1", 0)
    return call("inotify_add_watch", watcher, given["folder"].encode(), 0xFFF) >= 0


ATTACK = Attack(walls=("seccomp", "pivot_root"))
