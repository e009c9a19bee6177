"""Crash, and leave all that was in memory in a file."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.escapes.host import Host
from tests.support.jail import run_in_jail

STOPPED_BY = ("rlimits", "parent_death")
SOURCE = "import os; os.chdir({folder!r}); os.abort()"


def in_the_jail(folder: Path) -> None:
    """Behind the limit alone, where it could write the file: and behind all."""
    with Host() as host:
        before = sorted(host.folder.iterdir())
        crashed = run_in_jail(SOURCE.format(folder=str(host.folder)), "pivot_root", "landlock", "seccomp")
        assert crashed.died is not None
        assert crashed.died.signal == signal.SIGABRT
        assert sorted(host.folder.iterdir()) == before
    held = run_in_jail("import resource; result = resource.getrlimit(resource.RLIMIT_CORE)")
    assert held.value == [0, 0]


def without_the_wall(folder: Path) -> None:
    pattern = Path("/proc/sys/kernel/core_pattern").read_text()
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if pattern[0] in "|/" or not hard:
        pytest.skip("needs a kernel that leaves core files where a program crashed, and a limit that lets it (ulimit -H -c)")
    raised = f"import resource; resource.setrlimit(resource.RLIMIT_CORE, ({hard}, {hard})); "
    crashed = subprocess.run([sys.executable, "-c", raised + SOURCE.format(folder=str(folder))], capture_output=True, check=False)
    assert crashed.returncode == -signal.SIGABRT
    assert [path.name[:4] for path in folder.iterdir()] == ["core"]
