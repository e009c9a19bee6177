"""The store of packages: what is built, once, whole or not at all, and noticed when it was changed."""

from __future__ import annotations

import json
import marshal
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

import pytest

from skillpod.errors import PackageUnusable, PathUnusable
from skillpod.model.manifest import PackageAsk
from skillpod.store.packages import PackageStore, misfit
from skillpod.store.wheel import digest_of
from tests.support.wheels import wheel

REPOSITORY = Path(__file__).parents[2]
CONTENT = wheel("words", {"words/__init__.py": "WORD = 'hello'\n", "words/inner.py": ""})
OTHER = wheel("words", {"words/__init__.py": "WORD = 'other'\n"})
ASK = PackageAsk(name="words", version="1.0.0", hashes=(digest_of(CONTENT),), imports=("words",))
HINT = "build it"


@pytest.fixture
def store(tmp_path: Path) -> PackageStore:
    return PackageStore(tmp_path / "packages")


def build(store: PackageStore, ask: PackageAsk = ASK, content: bytes = CONTENT) -> Path:
    return Path(store.build(ask, content, file="words.whl").place)


def unusable(store: PackageStore, ask: PackageAsk = ASK) -> PackageUnusable:
    with pytest.raises(PackageUnusable) as fault:
        store.find([ask], hint=HINT)
    return fault.value


def test_what_is_built_is_found_with_what_it_is(store: PackageStore) -> None:
    place = build(store)
    (found,) = store.find([ASK], hint=HINT)
    assert (found.name, found.version, found.digest, found.modules, found.native) == ("words", "1.0.0", ASK.hashes[0], ("words",), ())
    assert (Path(found.place) / "words" / "__init__.py").read_text() == "WORD = 'hello'\n"
    assert place == Path(found.place)


def test_nobody_can_write_there(store: PackageStore) -> None:
    place = build(store)
    modes = {path.stat().st_mode & 0o777 for path in place.rglob("*") if path.is_file()}
    assert modes == {0o444}
    assert {path.stat().st_mode & 0o777 for path in (place.parent, place, *place.rglob("*")) if path.is_dir()} == {0o555}
    assert place.parent.parent.stat().st_mode & 0o777 == 0o700


def test_each_source_is_compiled_from_the_bytes_that_were_checked(store: PackageStore) -> None:
    place = build(store)
    for source in place.rglob("*.py"):
        content = Path(cache_from_source(str(source))).read_bytes()
        assert content[:16] == MAGIC_NUMBER + (1).to_bytes(4, "little") + source_hash(source.read_bytes())
        assert marshal.loads(content[16:]) == compile(source.read_bytes(), str(source.relative_to(place)), "exec", dont_inherit=True)


def test_what_does_not_compile_is_left_to_whoever_imports_it(store: PackageStore) -> None:
    content = wheel(
        "words", {"words/__init__.py": "", "words/template.py": "{{ not python", "words/nul.py": "\0", "words/deep.py": "(" * 10_000}
    )
    place = build(store, replace(ASK, hashes=(digest_of(content),)), content)
    assert [path.name.partition(".")[0] for path in place.rglob("*.pyc")] == ["__init__"]


def test_to_build_again_changes_nothing(store: PackageStore) -> None:
    place = build(store)
    before = (place / "words" / "inner.py").stat()
    build(store)
    assert (place / "words" / "inner.py").stat() == before


def test_what_is_not_built_is_named_with_what_to_do(store: PackageStore) -> None:
    fault = unusable(store)
    assert (fault.message, fault.at, fault.hint) == ("words 1.0.0 is not built", "manifest.yaml:requires.packages[0]", HINT)


def test_every_package_that_is_missing_is_named(store: PackageStore) -> None:
    build(store)
    with pytest.raises(PackageUnusable) as fault:
        store.find([replace(ASK, name="one"), ASK, replace(ASK, name="two", hashes=(digest_of(OTHER),))], hint=HINT)
    assert [reason.at for reason in fault.value.reasons] == [f"manifest.yaml:requires.packages[{index}]" for index in (0, 2)]


def test_bytes_that_the_lock_does_not_name_are_not_unpacked(store: PackageStore, tmp_path: Path) -> None:
    with pytest.raises(PackageUnusable, match="the lock does not name that"):
        build(store, content=OTHER)
    assert not (tmp_path / "packages").exists()


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (replace(ASK, name="others"), "is words 1.0.0, not others 1.0.0"),
        (replace(ASK, version="2.0.0"), "is words 1.0.0, not words 2.0.0"),
        (replace(ASK, imports=("words", "wrods")), "has no module 'wrods'; it has words"),
    ],
)
def test_a_wheel_is_what_the_lock_says_of_it(store: PackageStore, ask: PackageAsk, why: str) -> None:
    with pytest.raises(PackageUnusable, match=why):
        build(store, ask)
    build(store)
    assert unusable(store, ask).message


def test_machine_code_that_the_lock_does_not_tell_of_is_not_built(store: PackageStore) -> None:
    content = wheel("fast", {"fast/__init__.py": "", "fast/_c.so": b"\x7fELF"})
    ask = PackageAsk(name="fast", version="1.0.0", hashes=(digest_of(content),), imports=("fast",))
    with pytest.raises(PackageUnusable, match="has machine code") as fault:
        build(store, ask, content)
    assert "native: true" in fault.value.hint
    build(store, replace(ask, is_native=True), content)
    assert store.find([replace(ask, is_native=True)], hint=HINT)[0].native == ("fast/_c.so",)
    assert "has machine code" in unusable(store, ask).message


@pytest.mark.parametrize("tag", ["cp27-cp27m-manylinux1_x86_64", "py3-none-win_amd64", "cp399-cp399-manylinux_2_17_x86_64"])
def test_a_wheel_for_another_interpreter_or_system_is_said_to_be_one(store: PackageStore, tag: str) -> None:
    content = wheel("words", {"words/__init__.py": ""}, tag=tag)
    with pytest.raises(PackageUnusable, match=f"is for {tag}, and guests run"):
        build(store, replace(ASK, hashes=(digest_of(content),)), content)


def test_a_package_that_wants_another_python_is_said_to() -> None:
    assert "Python <3" in misfit(["py3-none-any"], "<3")
    assert misfit(["py2.py3-none-any"], ">=3") == ""
    assert "guests run" in misfit([], "")


def test_what_was_built_for_an_interpreter_that_was_replaced_is_said_to_be_so(store: PackageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    build(store)
    monkeypatch.setattr("skillpod.store.packages._tags_here", lambda: frozenset({"cp999-cp999-any"}))
    assert "words 1.0.0 is built, and is for py3-none-any" in unusable(store).message


# --- changed on the disk ---------------------------------------------------------------------------------------------------------


def writable(path: Path) -> Path:
    for part in (path.parent, path):
        if part.exists():
            part.chmod(0o755)
    return path


def other_bytes(place: Path) -> None:
    writable(place / "words" / "inner.py").write_text("EVIL = 1\n")


def one_more(place: Path) -> None:
    writable(place / "words" / "more.py").write_text("")


def one_less(place: Path) -> None:
    writable(place / "words" / "inner.py").unlink()


def a_link(place: Path) -> None:
    one_less(place)
    (place / "words" / "inner.py").symlink_to("/etc/passwd")


def a_pipe(place: Path) -> None:
    one_less(place)
    os.mkfifo(place / "words" / "inner.py")


def bytecode(place: Path) -> None:
    (file,) = place.rglob("inner.*.pyc")
    writable(file).write_bytes(file.read_bytes() + b"and more")


def for_all_to_write(place: Path) -> None:
    (place / "words" / "inner.py").chmod(0o666)


CHANGES = [other_bytes, one_more, one_less, a_link, a_pipe, bytecode, for_all_to_write]


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_since_is_refused_and_can_be_built_again(store: PackageStore, change: Callable[[Path], None]) -> None:
    place = build(store)
    store.find([ASK], hint=HINT)
    change(place)
    assert "was changed since it was built" in unusable(store).message
    (stored,) = store.all()
    assert store.fault(stored)
    build(store)
    assert store.fault(store.all()[0]) == ""
    store.find([ASK], hint=HINT)


def test_a_file_whose_times_were_set_back_is_still_seen(store: PackageStore) -> None:
    place = build(store)
    store.find([ASK], hint=HINT)
    file = writable(place / "words" / "__init__.py")
    before = file.stat()
    file.write_text("WORD = 'jello'\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "has other bytes" in unusable(store).message


def test_what_was_not_touched_is_not_read_again(store: PackageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    build(store)
    store.find([ASK], hint=HINT)
    monkeypatch.setattr("skillpod.store.packages._fault", lambda *_: pytest.fail("it was read"))
    store.find([ASK], hint=HINT)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff", b'{"format": 1, "files": 5}', b'{"format": 99}', b"[" * 100_000])
def test_a_package_whose_description_is_damaged_is_built_again(store: PackageStore, damage: bytes) -> None:
    place = build(store)
    writable(place.parent / "package.json").write_bytes(damage)
    assert unusable(store).message == "words 1.0.0 is not built"
    assert store.all() == []
    build(store)
    store.find([ASK], hint=HINT)


@pytest.mark.parametrize("key", ["name", "version", "modules", "native", "tags", "requires_python"])
def test_a_description_with_a_value_of_another_kind_is_no_use_and_is_built_again(store: PackageStore, key: str) -> None:
    place = build(store)
    about = place.parent / "package.json"
    values: list[object] = [5, [5], {"a": {}}, None]
    for value in values:
        said = json.loads(about.read_text())
        writable(about).write_text(json.dumps({**said, key: value}))
        assert len([stored.as_dict() for stored in store.all()]) <= 1
        build(store)
        store.find([ASK], hint=HINT)


# --- killed, crowded, full -------------------------------------------------------------------------------------------------------

BUILD = """
import os, sys
from pathlib import Path
from skillpod.store import packages
from tests.store.test_packages import ASK, CONTENT
step, where = sys.argv[2], packages
def die(*given, **named):
    os.kill(os.getpid(), 9)
if step == "file":
    write, seen = packages._write_file, []
    def once(path, content):
        seen.append(path)
        return die() if len(seen) > 1 else write(path, content)
    packages._write_file = once
elif step == "rename":
    Path.rename = die
elif step == "sync":
    packages._sync_directory = die
packages.PackageStore(Path(sys.argv[1])).build(ASK, CONTENT, file="words.whl")
"""


@pytest.mark.parametrize("step", ["file", "rename", "sync"])
def test_a_build_that_was_killed_leaves_nothing_that_passes_for_a_package(store: PackageStore, tmp_path: Path, step: str) -> None:
    root = tmp_path / "packages"
    done = subprocess.run([sys.executable, "-c", BUILD, str(root), step], cwd=REPOSITORY, check=False)
    assert done.returncode == -signal.SIGKILL
    assert unusable(store).message == "words 1.0.0 is not built"
    assert list(root.glob(".new-*"))
    build(store)
    store.find([ASK], hint=HINT)
    assert not list(root.glob(".new-*"))


def test_two_who_build_at_once_both_have_it(tmp_path: Path) -> None:
    stores = [PackageStore(tmp_path / "packages") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        places = set(threads.map(build, stores))
    assert len(places) == 1
    assert [path.name for path in (tmp_path / "packages").iterdir() if not path.name.startswith(".")] == [places.pop().parent.name]


def waits_for_a_lock(process: int) -> bool:
    """By the kernel's word (proc_locks(5))."""
    return any("->" in line and f" {process} " in line for line in Path("/proc/locks").read_text().splitlines())


def wait_until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_processes_wait_for_each_other(store: PackageStore, tmp_path: Path) -> None:
    root = tmp_path / "packages"
    with store._alone():
        other = subprocess.Popen([sys.executable, "-c", BUILD, str(root), "whole"], cwd=REPOSITORY)
        wait_until(lambda: waits_for_a_lock(other.pid))
        assert not store.has(ASK)
    assert other.wait(30) == 0
    assert store.has(ASK)


def test_a_disk_that_does_not_take_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "packages").write_text("a file")
    with pytest.raises(PathUnusable, match="can't be stored"):
        build(PackageStore(tmp_path / "packages"))


def test_what_nobody_locks_is_removed_and_the_rest_stays(store: PackageStore, tmp_path: Path) -> None:
    kept = build(store)
    other = replace(ASK, hashes=(digest_of(OTHER),))
    gone = build(store, other, OTHER)
    stamp = store.stamp()
    removed = store.prune(frozenset(ASK.hashes))
    assert [stored.package.digest for stored in removed] == list(other.hashes)
    assert (kept.exists(), gone.exists()) == (True, False)
    assert store.stamp() != stamp
    assert not list((tmp_path / "packages").glob(".new-*"))
    shutil.rmtree(kept.parent)
