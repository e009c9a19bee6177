"""Leave a program in a volume that makes whoever starts it the directory's owner, made in any of the ways there are."""

from tests.escapes.attack import Attack, Call, Given
from tests.escapes.inside import volume


def attack(call: Call, given: Given) -> bool:
    import os

    os.umask(0)
    path = volume(given, "out") + "/left"
    writing = os.O_WRONLY | os.O_CREAT
    ways = (
        lambda: os.open(path, writing, 0o6755),
        lambda: os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o4755),
        lambda: call("openat", -100, path.encode(), writing, 0o4755),
        lambda: call("openat2", -100, path.encode(), writing.to_bytes(8, "little") + (0o4755).to_bytes(8, "little") + bytes(8), 24),
        lambda: os.mkdir(path, 0o2755),
        lambda: os.chmod(volume(given, "out") + "/a.txt", 0o4755),
        lambda: call("fchmod", os.open(volume(given, "out") + "/made", writing, 0o755), 0o4755),
    )
    for way in ways:
        try:
            way()
        except OSError:
            continue
        return True
    return False


ATTACK = Attack(
    walls=("seccomp",),
    volumes={"data": "read", "out": "write"},
    fails=("nothing",),
    seen=lambda host, patience: any(entry.stat().st_mode & 0o6000 for entry in host.volumes["out"].iterdir()),
)
