"""Write whole packets of its own, with any sender's address."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.jail import run_in_jail

STOPPED_BY = ("seccomp", "capabilities")
SOURCE = "import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)"


def in_the_jail(folder: Path) -> None:
    assert run_in_jail(SOURCE).error
    assert run_in_jail(SOURCE, "seccomp").error


def without_the_wall(folder: Path) -> None:
    """No set of walls leaves a guest this right: it is what the zygote gave up. Root of the host has it."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    assert subprocess.run([sys.executable, "-c", SOURCE], check=False).returncode == 0
