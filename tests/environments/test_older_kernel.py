"""The walls on another kernel than this machine's: Linux 6.1 in user mode, with every controller in cgroup v2 and an older Landlock.

Most machines of a build have cgroup v1, or give nobody a cgroup: there the bounds of a domain could be tried on nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments.conftest import ROOT

KERNEL = ROOT / ".environments" / "kernel" / "usr" / "bin" / "linux.uml"
WITNESS = "tests/sandbox/test_witness.py::test_"
TESTS = (
    "tests/sandbox/test_bounds.py",
    f"{WITNESS}the_kernel_tells_of_a_socket_and_the_guest_of_where_to",
    f"{WITNESS}a_guest_that_does_nothing_but_try_is_answered_and_holds_nobody_up",
    f"{WITNESS}under_a_filter_that_has_a_listener_already_it_says_why_and_the_wall_stands",
)
"""Of what else an older kernel could do otherwise, what asks the most of it: everything takes several times as long there."""


@pytest.mark.timeout(400)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: a kernel in user mode shows root what its user may see, and ours to nobody else")
def test_the_cgroup_and_the_witness_on_linux_6_1(tmp_path: Path) -> None:
    if not KERNEL.exists():
        pytest.skip("needs the kernel of Debian's package user-mode-linux: make environments, on Debian and x86_64")
    booted: list[str | Path] = [
        KERNEL, "mem=1500M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "quiet", "con=null", "con0=fd:0,fd:1",
        f"uml_dir={tmp_path}", f"init={ROOT}/tests/environments/kernel/init.sh", f"REPOSITORY={ROOT}",
        f"PYTHON={sys.executable}", f"TESTS={','.join(TESTS)}",
    ]  # fmt: skip
    done = subprocess.run(booted, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=380, check=False)
    assert re.search(r"^status 0 on 6\.", done.stdout, re.MULTILINE), done.stdout[-4000:]
    assert "skipped" not in done.stdout, "there, nothing is missing"
