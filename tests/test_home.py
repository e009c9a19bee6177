"""HOME: one owner, nobody else's eyes, and a clear word when it can't be used."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from skillpod.errors import HomeLocked, PathUnusable
from skillpod.home import Home


def test_a_new_home_is_its_owners_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    home.prepare()
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_home_that_every_user_may_write_is_refused(tmp_path: Path) -> None:
    for mode in (0o777, 0o1777, 0o702):
        tmp_path.chmod(mode)
        with pytest.raises(PathUnusable, match="every user") as refused:
            Home(tmp_path).prepare()
        assert "chmod 700" in refused.value.hint
    tmp_path.chmod(0o775)
    Home(tmp_path).prepare()


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    first, second = Home(tmp_path), Home(tmp_path)
    first.acquire()
    with pytest.raises(HomeLocked, match=r"process \d+"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_killed_owner_leaves_no_lock_behind(tmp_path: Path) -> None:
    script = "import sys, os, signal; from pathlib import Path; from skillpod.home import Home\n"
    script += "Home(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert killed.returncode == -9
    home = Home(tmp_path)
    home.acquire()
    home.release()


def test_the_nodes_name_is_made_once_and_kept(tmp_path: Path) -> None:
    assert Home(tmp_path).node() == Home(tmp_path).node()


@pytest.mark.parametrize("path", ["file/home", "nul\0byte"])
def test_a_home_that_can_not_be_made_is_a_clear_error(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(PathUnusable, match="can't be used"):
        Home(tmp_path / path).prepare()
