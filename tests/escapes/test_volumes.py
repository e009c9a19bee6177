"""Ways out through a volume, each refused behind every wall and open with the walls that stop it left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.support.hosts import on_a_host
from tests.support.jail import run_in_jail
from tests.support.volumes import common_ground, held, volume

ESCAPED = "escaped"
AROUND_FILES = ("pivot_root", "landlock")


@pytest.fixture
def ground() -> Iterator[Path]:
    with common_ground() as place:
        for name in ("data", "out", "secret"):
            (place / name).chmod(0o777)
            (place / name / "a.txt").chmod(0o666)
        yield place


def attempt(ground: Path, source: str, *without: str) -> dict[str, Any]:
    """What a probe with ``data`` to read and ``out`` to write gives; the system's interpreter, which guests without a root can read too."""
    places = f"""
        import os
        places = ("/volumes", {str(ground)!r})
        data, out = ([place + "/" + name for place in places if os.path.isdir(place + "/" + name)][0] for name in ("data", "out"))
    """
    volumes = (f"volume:data:read:{ground}/data", f"volume:out:write:{ground}/out")
    shown = on_a_host("", dedent(places) + dedent(source) + "\nresult = 'escaped'", *volumes, *without)
    assert "refused" not in shown, shown
    return shown


def test_writing_where_it_may_read(ground: Path) -> None:
    source = "open(data + '/a.txt', 'r+').write('mine')"
    assert attempt(ground, source)["error"]
    assert "Read-only" in attempt(ground, source, "landlock")["error"], "the mount stands alone"
    assert "Permission" in attempt(ground, source, "pivot_root")["error"], "Landlock stands alone"
    assert attempt(ground, source, *AROUND_FILES)["value"] == ESCAPED


@pytest.mark.parametrize("way", ["link", "up", "../secret/a.txt"])
def test_leaving_a_volume_by_a_link_or_by_its_parent(ground: Path, way: str) -> None:
    source = f"assert open(data + '/{way}').read() == 'secret'"
    for without in ((), ("landlock",), ("pivot_root",)):
        assert "Error" in attempt(ground, source, *without)["error"]
    assert attempt(ground, source, *AROUND_FILES)["value"] == ESCAPED


def test_mapping_native_code_of_a_volume(ground: Path) -> None:
    source = "import mmap; mmap.mmap(os.open(out + '/a.txt', os.O_RDONLY), 0, prot=mmap.PROT_READ | mmap.PROT_EXEC, flags=mmap.MAP_PRIVATE)"
    assert attempt(ground, source)["error"]
    assert attempt(ground, source, "pivot_root")["value"] == ESCAPED, "only a mount says noexec"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only its guests act as another user")
@pytest.mark.parametrize(
    "making", ["os.open(path, os.O_WRONLY | os.O_CREAT, 0o6755)", "os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o4755)"]
)
def test_leaving_a_setuid_program_for_the_host(ground: Path, making: str) -> None:
    """In a volume with a map of ids it would belong to the directory's owner: here root, and whoever starts it on the host becomes root."""
    source = f"import os; os.umask(0); path = '/volumes/out/program'; os.close({making})"
    with held(volume(ground / "out", "write", "out")) as directories:
        assert "PermissionError" in run_in_jail(source, held=directories).error
        assert not (ground / "out" / "program").exists()
        assert run_in_jail(source, "seccomp", held=directories).error == ""
    left = (ground / "out" / "program").stat()
    assert left.st_uid == 0
    assert left.st_mode & stat.S_ISUID


def test_making_links_in_a_volume(ground: Path) -> None:
    hard = "os.link(out + '/a.txt', out + '/hard')"
    assert attempt(ground, hard)["error"]
    assert attempt(ground, hard, "seccomp")["value"] == ESCAPED
    soft = "os.symlink('/etc', out + '/soft')"
    for without in ((), ("landlock",), ("seccomp",)):
        assert attempt(ground, soft, *without)["error"]
    assert attempt(ground, soft, "seccomp", "landlock")["value"] == ESCAPED


def test_making_a_device_by_a_rename(ground: Path) -> None:
    """RENAME_WHITEOUT leaves a character device, 0:0, where the file was, and needs no right to make devices; nor does Landlock see it."""
    source = """
        import ctypes
        open(out + "/b.txt", "w").close()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(-100, (out + "/b.txt").encode(), -100, (out + "/c.txt").encode(), 4):
            raise OSError(ctypes.get_errno(), "refused")
    """
    for without in ((), ("landlock",)):
        assert attempt(ground, source, *without)["error"]
    assert attempt(ground, source, "seccomp")["value"] == ESCAPED
    assert stat.S_ISCHR((ground / "out" / "b.txt").stat().st_mode)
