"""A real cgroup v2 to be in, for tests: made below the mounted root, emptied and removed afterwards. Needs root.

Which controllers the root gives its children is one setting of the whole machine: who changes it has it alone until it is as before.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from skillpod.sandbox.cgroup import write
from skillpod.sandbox.domain import Bounded
from tests.support.hosts import REPOSITORY

ORDINARY = 61234
_INSIDE = """\
import json, os, sys
place, user = sys.argv[1], int(sys.argv[2])
with open(place + "/cgroup.procs", "w") as processes:
    processes.write(str(os.getpid()))
from pathlib import Path
from skillpod.model.domain import DomainBounds
from skillpod.sandbox import cgroup, domain
if user:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
base = cgroup.find()
"""


def mounted() -> Path:
    """Where cgroup v2 is mounted. Skips where there is none."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        if " - cgroup2 " in line:
            return Path(line.split()[4])
    pytest.skip("needs a mounted cgroup v2")


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """While no other process of tests changes what ``root`` gives its children. Not to be nested."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def own_cgroup(*wanted: str) -> Iterator[Path]:
    """A new cgroup that has these controllers. Skips where that can't be."""
    root = mounted()
    if os.geteuid() or not os.access(root, os.W_OK):
        pytest.skip("needs root and a cgroup v2 that may be written")
    with alone(root), _made(root, wanted) as place:
        yield place


@contextmanager
def _made(root: Path, wanted: Collection[str]) -> Iterator[Path]:
    place = root / f"test-{secrets.token_hex(4)}"
    before = (root / "cgroup.subtree_control").read_text().split()
    missing = [name for name in wanted if name not in before]
    try:
        for name in missing:
            write(root / "cgroup.subtree_control", f"+{name}")
    except OSError:
        pytest.skip(f"needs a delegated cgroup v2 with {' and '.join(wanted)}")
    place.mkdir()
    try:
        yield place
    finally:
        _empty(place)
        for name in missing:
            write(root / "cgroup.subtree_control", f"-{name}")


def any_controller() -> str:
    """One that can be given to children here: the rules are the same for all that are not threaded."""
    there = (mounted() / "cgroup.controllers").read_text().split()
    found = next((name for name in ("hugetlb", "memory", "io") if name in there), None)
    return found or pytest.skip("needs a cgroup v2 with a controller in it")


def run_inside(place: Path, source: str, *, user: int = 0) -> Any:
    """``result`` of ``source``, run by a process of that user whose own cgroup is ``place``; it knows it as ``base``."""
    with inside(place, source, user=user) as process:
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 0, complained.decode()
    return json.loads(said.splitlines()[-1])


@contextmanager
def inside(place: Path, source: str, *, user: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """The same, while it runs; killed at the end."""
    program = f"{_INSIDE}{dedent(source)}\nprint(json.dumps(result))"
    pipe = subprocess.PIPE
    argv = [sys.executable, "-c", program, str(place), str(user)]
    with subprocess.Popen(argv, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def delegate(place: Path, user: int) -> None:
    """As systemd does it (cgroup-v2.rst, "Model of Delegation")."""
    for path in (place, place / "cgroup.procs", place / "cgroup.threads", place / "cgroup.subtree_control"):
        os.chown(path, user, user)


def _empty(place: Path) -> None:
    """Children first, each killed and waited for by the code that does it for pods."""
    for child in [path for path in place.iterdir() if path.is_dir()]:
        _empty(child)
    Bounded(place, os.open(place, os.O_RDONLY), held="").remove()
    with suppress(FileNotFoundError):
        place.rmdir()
