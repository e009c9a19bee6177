"""Become root by a program that makes everyone root who starts it."""

import os
import shutil
from pathlib import Path

import pytest

from tests.escapes.host import Host
from tests.support.hosts import on_a_host

STOPPED_BY = ("seccomp", "landlock", "pivot_root", "user_namespace", "no_new_privs")


def in_the_jail(folder: Path) -> None:
    assert _owner_of_what_it_made("seccomp", "landlock", "pivot_root", "user_namespace") != 0, "no_new_privs stands alone"
    assert _owner_of_what_it_made("seccomp", "landlock", "pivot_root", "no_new_privs") != 0, "the user namespace stands alone"
    assert _owner_of_what_it_made() is None


def without_the_wall(folder: Path) -> None:
    assert _owner_of_what_it_made("seccomp", "landlock", "pivot_root", "user_namespace", "no_new_privs") == 0


def _owner_of_what_it_made(*without: str) -> int | None:
    """None when it made nothing."""
    touch = shutil.which("touch")
    if os.geteuid() != 0 or touch is None:
        pytest.skip("needs root, who can make such a program, and touch")
    with Host() as host:
        program = host.folder / "touch"
        shutil.copyfile(touch, program)
        program.chmod(0o4755)
        on_a_host("", f"import os; os.execv({str(program)!r}, ['touch', {str(host.written)!r}])", *without)
        return host.written.stat().st_uid if host.written.exists() else None
