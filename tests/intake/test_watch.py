"""Every change under the skills directory is told, at once, by the name of the folder it concerns; and nothing else is."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skillpod.intake.inotify import MOST_WATCHES
from skillpod.intake.watch import Observation, Watcher
from tests.intake.trees import PLAIN, plant

PATIENCE = 5.0
LAST = "last"
"""Touched at the end of a scene: events come in order, so all that the scene caused was heard before."""


class Heard:
    """What a watcher told, in order."""

    def __init__(self) -> None:
        self.hints: queue.Queue[tuple[str, str]] = queue.Queue()
        self.troubles: queue.Queue[str] = queue.Queue()

    def touched(self, name: str) -> None:
        self.hints.put(("touched", name))

    def completed(self, name: str) -> None:
        self.hints.put(("completed", name))

    def wait_for(self, kind: str, name: str) -> list[tuple[str, str]]:
        """Everything up to and with one hint."""
        heard = []
        end = time.monotonic() + PATIENCE
        while (kind, name) not in heard:
            heard.append(self.hints.get(timeout=max(0.01, end - time.monotonic())))
        return heard

    def all_until_now(self, skills: Path) -> list[tuple[str, str]]:
        """Everything that was caused before this call."""
        mark = skills / LAST
        if mark.is_dir():
            mark.rmdir()
        else:
            mark.mkdir()
        return [hint for hint in self.wait_for("touched", LAST) if hint[1] != LAST]


@contextmanager
def watching(root: Path, observation: Observation = Observation.INOTIFY) -> Iterator[tuple[Watcher, Heard]]:
    heard = Heard()
    watcher = Watcher(
        root, touched=heard.touched, completed=heard.completed, trouble=heard.troubles.put, observation=observation, interval=0.05
    )
    watcher.start()
    try:
        yield watcher, heard
    finally:
        watcher.stop()


def names(hints: list[tuple[str, str]]) -> set[str]:
    return {name for _, name in hints}


# --- what is told ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("observation", Observation)
def test_a_folder_that_is_copied_in_is_touched(skills: Path, observation: Observation) -> None:
    with watching(skills, observation) as (_, heard):
        plant(skills / "demo")
        assert set(heard.wait_for("touched", "demo")) == {("touched", "demo")}


def _edit(folder: Path) -> object:
    return (folder / "lib" / "inner.py").write_bytes(b"ANSWER = 43\n")


def _replace(folder: Path) -> object:
    (folder / "aside.tmp").write_bytes(b"ANSWER = 43\n")
    return (folder / "aside.tmp").rename(folder / "lib" / "inner.py")


def _rename_inside(folder: Path) -> object:
    return (folder / "lib").rename(folder / "bil")


EDITS: list[Callable[[Path], object]] = [
    _edit,
    _replace,
    _rename_inside,
    lambda folder: (folder / "new.py").touch(),
    lambda folder: (folder / "deep" / "er").mkdir(parents=True),
    lambda folder: (folder / "lib" / "inner.py").unlink(),
    lambda folder: (folder / "link").symlink_to("/"),
]


@pytest.mark.parametrize("observation", Observation)
@pytest.mark.parametrize("edit", EDITS)
def test_every_kind_of_change_in_a_folder_is_told(skills: Path, edit: Callable[[Path], object], observation: Observation) -> None:
    plant(skills / "demo")
    plant(skills / "other")
    with watching(skills, observation) as (_, heard):
        edit(skills / "demo")
        assert names(heard.wait_for("touched", "demo")) == {"demo"}


def test_a_change_of_rights_is_told(skills: Path) -> None:
    plant(skills / "demo")
    with watching(skills) as (_, heard):
        (skills / "demo" / "handler.py").chmod(0)
        heard.wait_for("touched", "demo")


def test_a_folder_that_is_renamed_in_is_complete(skills: Path, tmp_path: Path) -> None:
    plant(tmp_path / "made")
    with watching(skills) as (_, heard):
        (tmp_path / "made").rename(skills / "demo")
        assert heard.all_until_now(skills) == [("completed", "demo")]


def test_a_folder_that_was_made_aside_under_a_hidden_name_is_complete(skills: Path) -> None:
    with watching(skills) as (_, heard):
        plant(skills / ".making")
        (skills / ".making").rename(skills / "demo")
        assert heard.all_until_now(skills) == [("completed", "demo")]
        _edit(skills / "demo")
        heard.wait_for("touched", "demo")


def test_a_rename_within_the_directory_tells_both_names(skills: Path) -> None:
    plant(skills / "demo")
    with watching(skills) as (_, heard):
        (skills / "demo").rename(skills / "renamed")
        assert heard.all_until_now(skills) == [("touched", "demo"), ("completed", "renamed")]
        _edit(skills / "renamed")
        assert names(heard.all_until_now(skills)) == {"renamed"}


@pytest.mark.parametrize("observation", Observation)
def test_a_folder_that_is_moved_away_is_touched_and_no_longer_watched(skills: Path, tmp_path: Path, observation: Observation) -> None:
    plant(skills / "demo")
    with watching(skills, observation) as (_, heard):
        (skills / "demo").rename(tmp_path / "away")
        heard.wait_for("touched", "demo")
        heard.all_until_now(skills)
        _edit(tmp_path / "away")
        assert heard.all_until_now(skills) == []


@pytest.mark.parametrize("observation", Observation)
def test_a_folder_that_is_deleted_is_touched(skills: Path, observation: Observation) -> None:
    plant(skills / "demo", {"handler.py": b""})
    with watching(skills, observation) as (_, heard):
        (skills / "demo" / "handler.py").unlink()
        (skills / "demo").rmdir()
        heard.wait_for("touched", "demo")
        assert names(heard.all_until_now(skills)) <= {"demo"}


def test_a_folder_may_go_and_come_back_any_number_of_times(skills: Path, tmp_path: Path) -> None:
    plant(skills / "demo")
    with watching(skills) as (_, heard):
        for _ in range(20):
            (skills / "demo").rename(tmp_path / "away")
            (tmp_path / "away").rename(skills / "demo")
            assert heard.all_until_now(skills) == [("touched", "demo"), ("completed", "demo")]
            _edit(skills / "demo")
            assert names(heard.all_until_now(skills)) == {"demo"}


def test_a_folder_renamed_over_an_empty_one_is_watched(skills: Path, tmp_path: Path) -> None:
    (skills / "demo").mkdir()
    plant(tmp_path / "made")
    with watching(skills) as (_, heard):
        (tmp_path / "made").rename(skills / "demo")
        heard.wait_for("completed", "demo")
        heard.all_until_now(skills)
        _edit(skills / "demo")
        assert names(heard.all_until_now(skills)) == {"demo"}


def test_moves_are_told_without_the_half_second_of_pairing(skills: Path, tmp_path: Path) -> None:
    waits = []
    with watching(skills) as (_, heard):
        for turn in range(20):
            plant(tmp_path / f"new{turn}")
            plant(skills / f"old{turn}")
            heard.all_until_now(skills)
            begun = time.perf_counter()
            (skills / f"old{turn}").rename(tmp_path / f"old{turn}")
            (tmp_path / f"new{turn}").rename(skills / f"old{turn}")
            heard.wait_for("completed", f"old{turn}")
            waits.append(time.perf_counter() - begun)
    assert sorted(waits)[10] < 0.1


def test_no_file_is_written_unheard_in_a_tree_that_is_still_being_made(skills: Path) -> None:
    """After every write there is a hint: one that comes later than the write, so that whoever reads then sees it."""
    seen: dict[str, set[str]] = {}

    def look(name: str) -> None:
        folder = skills / name
        seen[name] = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    over = threading.Event()
    watcher = Watcher(skills, touched=lambda name: over.set() if name == LAST else look(name), completed=look, trouble=lambda text: None)
    watcher.start()
    try:
        for number in range(60):
            plant(skills / f"s{number}", {f"{'/'.join('abc'[: number % 4])}/x{number}".lstrip("/"): b"1", "d/e/f/g": b"2"})
        (skills / LAST).mkdir()
        assert over.wait(PATIENCE)
    finally:
        watcher.stop()
    for number in range(60):
        assert len(seen[f"s{number}"]) == 2


# --- what is not told -----------------------------------------------------------------------------------------------------------


NOISE: list[Callable[[Path], object]] = [
    lambda folder: plant(folder, {"__pycache__/handler.pyc": b"x", "lib/__pycache__/inner.pyc": b"x"}),
    lambda folder: plant(folder, {".pytest_cache/v/cache/lastfailed": b"{}", ".git/objects/ab/cd": b"x", ".git/HEAD": b""}),
    lambda folder: (folder / ".handler.py.swp").write_bytes(b"b0VIM"),
    lambda folder: (folder / "handler.py").read_bytes(),
    lambda folder: sorted(folder.rglob("*")),
    lambda folder: (folder.parent / ".hidden").mkdir(),
    lambda folder: (folder.parent / "notes~").touch(),
]


@pytest.mark.parametrize("observation", Observation)
@pytest.mark.parametrize("act", NOISE)
def test_reading_and_caches_and_temporaries_are_not_told(skills: Path, act: Callable[[Path], object], observation: Observation) -> None:
    plant(skills / "demo")
    with watching(skills, observation) as (_, heard):
        act(skills / "demo")
        assert heard.all_until_now(skills) == []


def test_running_the_authors_tests_in_the_folder_is_not_told(skills: Path) -> None:
    plant(skills / "demo", {**PLAIN, "test_handler.py": b"from lib.inner import ANSWER\n\ndef test_it():\n    assert ANSWER == 42\n"})
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with watching(skills) as (_, heard):
        command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir=.", "test_handler.py"]
        done = subprocess.run(command, cwd=skills / "demo", env=environment, capture_output=True, text=True, check=False)
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        assert heard.all_until_now(skills) == []
    assert (skills / "demo" / "__pycache__").is_dir()
    assert (skills / "demo" / ".pytest_cache").is_dir()


@pytest.mark.parametrize("observation", Observation)
def test_a_link_is_not_followed(skills: Path, tmp_path: Path, observation: Observation) -> None:
    plant(tmp_path / "outside")
    (skills / "link").symlink_to(tmp_path / "outside")
    plant(skills / "demo")
    (skills / "demo" / "link").symlink_to(tmp_path / "outside")
    with watching(skills, observation) as (_, heard):
        _edit(tmp_path / "outside")
        assert heard.all_until_now(skills) == []


def test_nothing_is_told_after_stop(skills: Path) -> None:
    with watching(skills) as (watcher, heard):
        watcher.stop()
        plant(skills / "demo")
        watcher.ensure()
        assert heard.hints.empty()
        watcher.stop()


# --- trouble --------------------------------------------------------------------------------------------------------------------


def _ensure_until(watcher: Watcher, heard: Heard, name: str) -> None:
    """As the pod does every few seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        watcher.ensure()
        try:
            heard.hints.get(timeout=0.05)
        except queue.Empty:
            continue
        return
    pytest.fail(f"{name} was never touched")


@pytest.mark.parametrize("observation", Observation)
def test_a_directory_that_goes_and_comes_back_is_watched_again(skills: Path, observation: Observation) -> None:
    with watching(skills, observation) as (watcher, heard):
        skills.rmdir()
        assert "gone" in heard.troubles.get(timeout=PATIENCE)
        watcher.ensure()
        assert "can't be watched" in heard.troubles.get(timeout=PATIENCE)
        watcher.ensure()
        assert heard.troubles.empty()
        plant(skills / "demo")
        _ensure_until(watcher, heard, "demo")
        heard.all_until_now(skills)
        _edit(skills / "demo")
        heard.wait_for("touched", "demo")


def test_a_directory_that_is_moved_away_is_trouble(skills: Path, tmp_path: Path) -> None:
    with watching(skills) as (_, heard):
        skills.rename(tmp_path / "away")
        assert "moved" in heard.troubles.get(timeout=PATIENCE)


@pytest.mark.parametrize("observation", Observation)
def test_another_directory_in_its_place_is_noticed(skills: Path, tmp_path: Path, observation: Observation) -> None:
    plant(tmp_path / "other" / "demo")
    link = tmp_path / "current"
    link.symlink_to(skills)
    with watching(link, observation) as (watcher, heard):
        (tmp_path / "next").symlink_to(tmp_path / "other")
        (tmp_path / "next").rename(link)
        _ensure_until(watcher, heard, "demo")
        _edit(tmp_path / "other" / "demo")
        heard.wait_for("touched", "demo")


@pytest.mark.parametrize("observation", Observation)
def test_a_directory_that_is_not_there_yet_is_trouble_once(tmp_path: Path, observation: Observation) -> None:
    with watching(tmp_path / "later", observation) as (watcher, heard):
        assert "can't be watched" in heard.troubles.get(timeout=PATIENCE)
        for _ in range(3):
            watcher.ensure()
        assert heard.troubles.empty()
        plant(tmp_path / "later" / "demo")
        _ensure_until(watcher, heard, "demo")


def test_while_all_is_well_ensure_tells_nothing_and_costs_little(skills: Path) -> None:
    plant(skills / "demo")
    with watching(skills) as (watcher, heard):
        begun = time.thread_time()
        for _ in range(1000):
            watcher.ensure()
        assert time.thread_time() - begun < 1
        assert heard.all_until_now(skills) == []


def test_events_that_the_kernel_dropped_are_made_up_for(skills: Path) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if limit > 100_000:
        pytest.skip("the kernel's queue is too long to fill it in a test")
    plant(skills / "noisy", {"one": b"", "two": b""})
    plant(skills / "demo")
    gate = threading.Event()
    heard = Heard()

    def touched(name: str) -> None:
        gate.wait(PATIENCE)
        heard.touched(name)

    watcher = Watcher(skills, touched=touched, completed=heard.completed, trouble=heard.troubles.put)
    watcher.start()
    try:
        one, two = os.fsencode(skills / "noisy" / "one"), os.fsencode(skills / "noisy" / "two")
        for turn in range(limit + 4000):
            os.utime((one, two)[turn % 2])
        plant(skills / "unheard")
        gate.set()
        assert "unheard" in names(heard.wait_for("touched", "unheard"))
        _edit(skills / "unheard")
        heard.wait_for("touched", "unheard")
    finally:
        gate.set()
        watcher.stop()


def test_one_folder_can_not_take_all_watches(skills: Path) -> None:
    hoard = skills / "hoard"
    for number in range(MOST_WATCHES + 200):
        (hoard / f"d{number}").mkdir(parents=True)
    plant(skills / "zebra")
    with watching(skills) as (_, heard):
        fdinfo = "".join(path.read_text() for path in Path("/proc/self/fdinfo").iterdir() if _is_inotify(path.name))
        assert fdinfo.count("inotify wd:") <= MOST_WATCHES + 4
        _edit(skills / "zebra")
        heard.wait_for("touched", "zebra")
        assert heard.troubles.empty()


def _is_inotify(descriptor: str) -> bool:
    try:
        return "inotify" in os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return False


def test_stopping_leaves_no_descriptor_and_no_thread(skills: Path) -> None:
    plant(skills / "demo")
    threads, descriptors = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for observation in Observation:
        with watching(skills, observation):
            pass
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == descriptors


WATCH_ONCE = """
import sys
from pathlib import Path
Path("/proc/sys/user", sys.argv[1]).write_text(sys.argv[2])
from skillpod.intake.watch import Watcher
watcher = Watcher(Path(sys.argv[3]), touched=print, completed=print, trouble=print)
watcher.start()
for _ in range(5):
    watcher.ensure()
watcher.stop()
"""


@pytest.mark.parametrize(
    ("limit", "most", "remedy"), [("max_inotify_watches", "20", "watches"), ("max_inotify_instances", "0", "instances")]
)
def test_a_limit_of_inotify_is_trouble_once_with_a_way_out(skills: Path, limit: str, most: str, remedy: str) -> None:
    """The limit is lowered in a user namespace of its own, so nobody else on the machine feels it."""
    for number in range(40):
        (skills / f"s{number}").mkdir()
    command: list[str | Path] = ["unshare", "--user", "--map-root-user", sys.executable, "-c", WATCH_ONCE, limit, most, skills]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "/proc/sys/user" in done.stderr:
        pytest.skip(f"needs a user namespace with limits of its own: {done.stderr.splitlines()[-1]}")
    told = done.stdout.splitlines()
    assert len(told) == 1, done.stdout + done.stderr
    assert f"/proc/sys/fs/inotify/max_user_{remedy}" in told[0]
    assert "polling" in told[0]
