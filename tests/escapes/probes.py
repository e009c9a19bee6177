"""What this machine has that an attack needs to succeed: each says in words what is missing, or nothing."""

from __future__ import annotations

import inspect
import os
import platform
import resource
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from skillpod.model.guest import WallState
from skillpod.sandbox import landlock
from tests.escapes import inside
from tests.escapes.skill import numbers
from tests.support.jail import run_in_jail

Probe = Callable[[], str]

MPTCP = 262
AF_VSOCK = 40


def setting(path: str, *fine: str) -> Probe:
    """One of these values in a file below /proc/sys; a file that is not there refuses nothing."""

    def probe() -> str:
        try:
            value = Path("/proc/sys", path).read_text().strip()
        except OSError:
            return ""
        return "" if value in fine else f"a kernel with {path.replace('/', '.')} at {' or '.join(fine)} (it is {value})"

    return probe


def sockets(family: int, kind: int, protocol: int, what: str) -> Probe:
    def probe() -> str:
        try:
            socket.socket(family, kind, protocol).close()
        except OSError as error:
            return f"{what} ({error.strerror})"
        return ""

    return probe


def landlock_older_than(abi: int) -> Probe:
    """Newer ones see it too, and Landlock would have to be named among the walls."""
    return lambda: "" if landlock.abi() < abi else f"a kernel whose Landlock does not see this (ABI below {abi}, it is {landlock.abi()})"


def together(*probes: Probe) -> Probe:
    return lambda: next(filter(None, (probe() for probe in probes)), "")


def root() -> str:
    return "" if os.geteuid() == 0 else "root, who has more than one id to give"


def x86_64() -> str:
    return "" if platform.machine() == "x86_64" else "an x86_64 machine"


def runs(program: str, what: str) -> Probe:
    """A few lines of Python that exit with 0, in an interpreter of their own."""
    return lambda: "" if subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0 else what


def calls(name: str, *arguments: Any) -> Probe:
    """A system call that this kernel, and what it runs under, lets an ordinary process make; tried in a process of its own."""
    made = f"{inspect.getsource(inside)}\nNUMBERS = {numbers()!r}\nsystem_call({name!r}, *{arguments!r})"
    return runs(made, f"a kernel that answers {name}")


def extended_attributes() -> str:
    with tempfile.NamedTemporaryFile() as file:
        try:
            os.setxattr(file.name, "user.note", b"x")
        except OSError:
            return "a temporary directory whose files take extended attributes"
    return ""


def devices() -> str:
    """Made for others to open: by root, on a file system that has devices."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        try:
            os.mknod(f"{place}/zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
            os.close(os.open(f"{place}/zero", os.O_RDONLY))
        except OSError:
            return "root, who can make a device in /var/tmp and open it there"
    return ""


def witness() -> str:
    stands = run_in_jail("").states()["witness"] is WallState.ACTIVE
    return "" if stands else "a kernel that tells what it refuses"


def usable(path: str) -> Probe:
    """A device that every user may read and write."""
    return lambda: "" if os.path.exists(path) and os.stat(path).st_mode & 0o006 == 0o006 else f"{path}, open to every user"


namespaces = runs("import ctypes; raise SystemExit(ctypes.CDLL(None).unshare(0x10000000))", "a kernel with user namespaces")


def generous_stack() -> str:
    """A hard limit that leaves room to double the soft one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    has_room = soft != resource.RLIM_INFINITY and (hard == resource.RLIM_INFINITY or hard >= 2 * soft)
    return "" if has_room else "a hard limit on the stack that leaves room above the soft one (ulimit -s)"
