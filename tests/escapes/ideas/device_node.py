"""Make a device of its own. The kernel gives an ordinary user one kind only, 0:0, which is enough to show that the call goes through."""

from tests.escapes.attack import Attack, Call, Given


def attack(call: Call, given: Given) -> bool:
    import os
    import stat

    os.mknod("/tmp/device", stat.S_IFCHR | 0o600, os.makedev(0, 0))
    return stat.S_ISCHR(os.stat("/tmp/device").st_mode)


ATTACK = Attack(walls=("seccomp", "landlock"), leaves=("kernel call",))
