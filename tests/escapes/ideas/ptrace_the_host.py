"""Take control of a process of the host, as a debugger does."""

from pathlib import Path

import pytest

from tests.escapes.host import Host
from tests.escapes.probes import setting
from tests.support.hosts import on_a_host
from tests.support.jail import run_in_jail

STOPPED_BY = ("seccomp", "landlock", "pid_namespace", "user_namespace")
SOURCE = """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
number = {{"x86_64": 101, "aarch64": 117}}[platform.machine()]
if libc.syscall(*map(ctypes.c_long, (number, 0x4206, {process}, 0, 0))) < 0:
    raise OSError(ctypes.get_errno(), "ptrace")
result = "escaped"
"""


def in_the_jail(folder: Path) -> None:
    with Host() as host:
        source = SOURCE.format(process=host.process.pid)
        assert run_in_jail(source).error
        others = ("seccomp", "landlock", "pid_namespace", "guest_identity", "witness")
        assert run_in_jail(source, *others).error, "the user namespace stands alone"


def without_the_wall(folder: Path) -> None:
    lacking = setting("kernel/yama/ptrace_scope", "0")()
    if lacking:
        pytest.skip(f"needs {lacking}")
    with Host() as host:
        source = SOURCE.format(process=host.process.pid)
        assert on_a_host("", source, "seccomp", "landlock", "user_namespace", "pivot_root")["value"] == "escaped"
