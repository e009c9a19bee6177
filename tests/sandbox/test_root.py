"""What of the host's files a guest is shown, decided on folders of the test's own."""

from __future__ import annotations

import sys
from pathlib import Path

from skillpod.sandbox.guest.walls import root


def test_a_directory_with_nothing_to_hide_is_granted_whole(tmp_path: Path) -> None:
    (tmp_path / "json").mkdir()
    assert list(root.pieces(str(tmp_path), ())) == [(str(tmp_path), True)]


def test_around_what_is_hidden_everything_else_is_granted_by_name(tmp_path: Path) -> None:
    for name in ("json", "python3/asyncio", "python3/site-packages/yaml"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "python3" / "os.py").touch()
    hidden = str(tmp_path / "python3" / "site-packages")
    granted = {path.removeprefix(str(tmp_path)): whole for path, whole in root.pieces(str(tmp_path), {hidden})}
    assert granted == {"": False, "/json": True, "/python3": False, "/python3/asyncio": True, "/python3/os.py": True}


def test_installed_packages_are_never_shown() -> None:
    shown = root.view({})
    for path in sys.path:
        for name in ("site-packages", "dist-packages"):
            if (Path(path) / name).is_dir() and any((Path(path) / name).is_relative_to(readable) for readable in shown.readable):
                assert str(Path(path) / name) in shown.hidden


def test_beside_the_interpreters_library_no_other_software_is_shown(tmp_path: Path) -> None:
    for name in ("python3.11/asyncio", "python3.9/site-packages", "node_modules/left-pad"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "libpython3.11.so").touch()
    beside = set(root._beside(str(tmp_path), [str(tmp_path / "python3.11"), str(tmp_path / "python3.11" / "lib-dynload")]))
    assert beside == {str(tmp_path / "python3.9"), str(tmp_path / "node_modules")}
    assert list(root._beside(str(tmp_path / "elsewhere"), [str(tmp_path / "python3.11")])) == []


def test_a_path_below_another_is_shown_once() -> None:
    assert root._topmost(["/usr/lib/python3", "/usr/lib", "/usr/lib64", "/usr/lib"]) == ["/usr/lib", "/usr/lib64"]
