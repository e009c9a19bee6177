"""A folder is frozen as it was, or refused with every fault at once."""

from __future__ import annotations

import itertools
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillpod.errors import BundleRefused, PathUnusable, StillChanging
from skillpod.intake import snapshot
from skillpod.intake.snapshot import MAX_ENTRIES, Ignored, freeze, freeze_under, list_folders, shown, stamp_under
from skillpod.model.bundle import MAX_BYTES, MAX_FILES, Bundle
from skillpod.model.digest import tree_digest
from skillpod.model.names import file_name_fault
from tests.intake.trees import PLAIN, plant, read_naively

PATIENCE = 20.0

SECRET = b"-----BEGIN PRIVATE KEY-----"


def refused(folder: Path) -> BundleRefused:
    with pytest.raises(BundleRefused) as caught:
        freeze(folder)
    assert not isinstance(caught.value, StillChanging)
    return caught.value


def faults(folder: Path) -> dict[str, str]:
    return {reason.at: reason.message for reason in refused(folder).reasons}


def _is_mount_point(path: str) -> bool:
    return os.path.isdir(path) and os.stat(path).st_dev != os.stat(os.path.dirname(path)).st_dev


# --- what a bundle holds --------------------------------------------------------------------------------------------------------


def test_a_folder_becomes_its_names_and_bytes(tmp_path: Path) -> None:
    bundle = freeze(plant(tmp_path / "demo"))
    assert dict(bundle.files) == PLAIN
    assert bundle.digest == tree_digest(PLAIN)
    assert bundle.sidecars == {}
    assert bundle.left_out == ()


def test_both_ways_in_give_one_bundle(skills: Path) -> None:
    plant(skills / "demo")
    assert freeze_under(skills, "demo") == freeze(skills / "demo")


def test_the_operators_own_directory_may_be_a_link(skills: Path, tmp_path: Path) -> None:
    plant(skills / "demo")
    link = tmp_path / "link"
    link.symlink_to(skills)
    assert freeze_under(link, "demo").files == PLAIN
    assert list_folders(link).folders == ("demo",)


def test_modes_and_times_and_empty_folders_are_nothing(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    before = freeze(folder)
    (folder / "empty" / "inner").mkdir(parents=True)
    (folder / "handler.py").chmod(0o755)
    os.utime(folder / "handler.py", (1, 1))
    assert freeze(folder) == before


def test_sidecars_in_the_root_are_evidence_and_nowhere_else(tmp_path: Path) -> None:
    signatures = {"skill.oms.sig": b"one", "skill.oms.abcd.sig": b"two"}
    inner = {"lib/skill.oms.sig": b"not evidence"}
    bundle = freeze(plant(tmp_path / "demo", {**PLAIN, **signatures, **inner}))
    assert bundle.sidecars == signatures
    assert bundle.files == {**PLAIN, **inner}


def test_what_is_left_out_is_named_and_does_not_count(tmp_path: Path) -> None:
    noise = {".git/config": b"", "__pycache__/handler.pyc": b"", "lib/__pycache__/x.pyc": b"", "handler.py~": b"", ".DS_Store": b""}
    bundle = freeze(plant(tmp_path / "demo", {**PLAIN, **noise}))
    assert bundle.digest == tree_digest(PLAIN)
    assert set(bundle.left_out) == {".git", "__pycache__", "lib/__pycache__", "handler.py~", ".DS_Store"}


def test_what_is_left_out_is_never_opened(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    os.mkfifo(folder / "4913")
    (folder / ".git").symlink_to("/")
    (folder / "large.tmp").touch()
    os.truncate(folder / "large.tmp", 10 * MAX_BYTES)
    (tmp_path / "outside").touch()
    os.link(tmp_path / "outside", folder / "handler.py~")
    assert freeze(folder).files == PLAIN


def test_a_long_list_of_what_is_left_out_is_cut(tmp_path: Path) -> None:
    bundle = freeze(plant(tmp_path / "demo", {**PLAIN, **{f"{number}.tmp": b"" for number in range(600)}}))
    assert 0 < len(bundle.left_out) < 100


def test_an_unknown_dotfile_is_part_of_the_bundle(tmp_path: Path) -> None:
    assert ".env" in freeze(plant(tmp_path / "demo", {**PLAIN, ".env": b"A=1"})).files


NAMES = st.from_regex(r"[a-z]{1,3}(\.py)?", fullmatch=True).filter(lambda name: not file_name_fault(name))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
TREES = st.dictionaries(PATHS, st.binary(max_size=200), max_size=12).filter(
    lambda tree: not any(one != other and other.startswith(one + "/") for one in tree for other in tree)
)
_NUMBER = itertools.count()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])
@given(TREES)
def test_any_tree_is_read_as_the_naive_way_reads_it(tmp_path: Path, files: dict[str, bytes]) -> None:
    folder = plant(tmp_path / str(next(_NUMBER)), files)
    bundle = freeze(folder)
    assert dict(bundle.files) == read_naively(folder) == files
    assert bundle == Bundle.freeze(files)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much])
@given(TREES, TREES)
def test_two_trees_have_one_digest_exactly_when_they_are_equal(tmp_path: Path, one: dict[str, bytes], other: dict[str, bytes]) -> None:
    number = next(_NUMBER)
    first, second = freeze(plant(tmp_path / f"{number}a", one)), freeze(plant(tmp_path / f"{number}b", other))
    assert (first.digest == second.digest) == (one == other)


# --- paths that are no folder ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["missing", "a\0b", "x" * 300, "not\udcffthere"])
def test_a_path_that_is_not_there_is_unusable(skills: Path, name: str) -> None:
    with pytest.raises(PathUnusable) as named:
        freeze(skills / name)
    with pytest.raises(PathUnusable) as under:
        freeze_under(skills, name)
    assert named.value.message == under.value.message
    assert named.value.at.isprintable()
    assert under.value.at.isprintable()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PathUnusable, match="not a directory"):
        freeze(tmp_path / "file")
    with pytest.raises(PathUnusable, match="not a directory"):
        freeze_under(tmp_path, "file")


def test_a_fifo_is_no_folder_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PathUnusable, match="not a directory"):
        freeze(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["", ".", "..", "../demo", "demo/lib", "/etc"])
def test_a_name_under_the_root_stays_under_the_root(skills: Path, name: str) -> None:
    plant(skills / "demo")
    with pytest.raises(PathUnusable, match="plain name"):
        freeze_under(skills, name)
    assert stamp_under(skills, name) is None


def test_a_link_under_the_root_is_never_followed(skills: Path, tmp_path: Path) -> None:
    plant(tmp_path / "elsewhere")
    (skills / "demo").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleRefused, match="link"):
        freeze_under(skills, "demo")
    assert stamp_under(skills, "demo") is None


def test_a_path_that_is_a_link_is_unusable_and_the_hint_says_what_to_name(tmp_path: Path) -> None:
    plant(tmp_path / "demo")
    (tmp_path / "link").symlink_to(tmp_path / "demo")
    with pytest.raises(PathUnusable, match="name the folder it points to"):
        freeze(tmp_path / "link")


def test_a_root_that_is_gone_is_unusable(tmp_path: Path) -> None:
    for attempt in (
        lambda: freeze_under(tmp_path / "no", "demo"),
        lambda: stamp_under(tmp_path / "no", "demo"),
        lambda: list_folders(tmp_path / "no"),
    ):
        with pytest.raises(PathUnusable, match="nothing at this path"):
            attempt()


# --- what is refused ------------------------------------------------------------------------------------------------------------


def _link(folder: Path) -> None:
    (folder / "bad").symlink_to("handler.py")


def _dangling(folder: Path) -> None:
    (folder / "bad").symlink_to("nowhere")


def _folder_link(folder: Path) -> None:
    (folder / "bad").symlink_to("/etc")


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "bad")


def _socket(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(f"/proc/self/fd/{here}/bad")
    finally:
        os.close(here)


def _hard_link(folder: Path) -> None:
    (folder.parent / "outside").write_bytes(b"shared")
    os.link(folder.parent / "outside", folder / "bad")


@pytest.mark.parametrize(
    ("make", "word"),
    [(_link, "link"), (_dangling, "link"), (_folder_link, "link"), (_fifo, "FIFO"), (_socket, "socket"), (_hard_link, "hard link")],
)
def test_what_is_no_plain_file_is_refused_by_its_name(tmp_path: Path, make: Callable[[Path], None], word: str) -> None:
    folder = plant(tmp_path / "demo")
    make(folder)
    error = refused(folder)
    assert error.at == "bad"
    assert word in error.message
    assert error.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="making a device node needs root")
def test_a_device_is_refused_and_not_opened(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    try:
        os.mknod(folder / "bad", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("making a device node needs CAP_MKNOD")
    assert "device" in faults(folder)["bad"]


def test_a_hard_link_within_the_folder_is_refused_under_both_names(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    os.link(folder / "handler.py", folder / "other.py")
    assert set(faults(folder)) == {"handler.py", "other.py"}


HOSTILE = [
    b"not\xffutf8",
    "e\u0301.py".encode(),
    b"new\nline",
    "txt\u202eyp.py".encode(),
    b"back\\slash",
    b"c:drive",
    b"trailing.",
    b"AUX.txt",
    b"native.so",
    b"hook.pth",
    b"zero\xe2\x80\x8bwidth",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_hostile_name_is_refused_and_can_be_printed(tmp_path: Path, name: bytes, kind: str) -> None:
    folder = plant(tmp_path / "demo")
    target = os.path.join(os.fsencode(folder), name)
    if kind == "folder":
        os.mkdir(target)
    else:
        with open(target, "wb"):
            pass
    error = refused(folder)
    assert error.reasons
    assert str(error).isprintable()
    str(error).encode()


def test_names_that_would_be_one_on_another_machine_are_refused(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {**PLAIN, "Handler.py": b"evil", "LIB/other.py": b"evil"})
    found = faults(folder)
    assert "`Handler.py`" in found["handler.py"]
    assert "`LIB`" in found["lib"]


def test_every_fault_is_told_at_once_in_a_fixed_order(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {**PLAIN, "native.so": b"", "lib/hook.pth": b""})
    _link(folder)
    os.mkfifo(folder / "pipe")
    error = refused(folder)
    assert [reason.at for reason in error.reasons] == ["bad", "lib/hook.pth", "native.so", "pipe"]
    assert "4 faults" in error.message
    assert all(reason.hint for reason in error.reasons)


def test_hundreds_of_faults_are_counted_and_the_first_are_told(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {f"{number}.so": b"" for number in range(200)})
    error = refused(folder)
    assert "200 faults" in error.message
    assert len(error.reasons) < 100


def test_as_many_files_as_allowed_are_taken_and_one_more_is_refused(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {f"d{number % 7}/{number}": b"" for number in range(MAX_FILES)})
    assert len(freeze(folder).files) == MAX_FILES
    (folder / "more").touch()
    assert str(MAX_FILES) in refused(folder).message


def test_as_many_bytes_as_allowed_are_taken_and_one_more_is_refused(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {"large": b""})
    os.truncate(folder / "large", MAX_BYTES)
    assert freeze(folder).size == MAX_BYTES
    (folder / "more").write_bytes(b"1")
    assert "16 MiB" in refused(folder).message


def test_a_file_of_a_terabyte_is_refused_without_reading_it(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    (folder / "huge").touch()
    try:
        os.truncate(folder / "huge", 2**40)
    except OSError:
        pytest.skip("this filesystem has no sparse file of a terabyte")
    begun = time.process_time()
    assert "16 MiB" in refused(folder).message
    assert time.process_time() - begun < 1


def test_sixteen_parts_are_taken_and_seventeen_are_refused(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 15)
    folder = plant(tmp_path / "demo", {f"{deep}/file": b"1"})
    assert f"{deep}/file" in freeze(folder).files
    plant(folder, {f"{deep}/d/file": b"1"})
    assert "deeper" in refused(folder).message


def test_a_tree_of_two_hundred_levels_ends_the_walk_and_not_the_stack(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    here = os.open(folder, os.O_RDONLY)
    for _ in range(200):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert "deeper" in refused(folder).message
    assert stamp_under(tmp_path, "demo") is not None


def test_a_folder_of_endless_names_is_refused(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    for number in range(MAX_ENTRIES + 1):
        os.mkdir(f"{folder}/{number}")
    assert f"{MAX_ENTRIES} names" in refused(folder).message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; run the suite as an ordinary user, too")
@pytest.mark.parametrize("name", ["handler.py", "lib"])
def test_what_may_not_be_read_is_named(tmp_path: Path, name: str) -> None:
    folder = plant(tmp_path / "demo")
    (folder / name).chmod(0)
    try:
        found = faults(folder)
    finally:
        (folder / name).chmod(0o755)
    assert "may not be read" in found[name]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; run the suite as an ordinary user, too")
def test_a_folder_that_may_not_be_read_is_unusable(skills: Path) -> None:
    plant(skills / "demo").chmod(0)
    try:
        with pytest.raises(PathUnusable, match="may not be read"):
            freeze_under(skills, "demo")
    finally:
        (skills / "demo").chmod(0o755)


@pytest.mark.skipif(not _is_mount_point("/dev/shm"), reason="needs a mount point that is there already: /dev/shm in /dev")
def test_another_filesystem_inside_is_refused() -> None:
    assert "filesystem is mounted" in faults(Path("/dev"))["shm"]


def test_a_refusal_leaves_no_descriptor_open(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {f"a/b/c/{number}": b"" for number in range(600)})
    before = len(os.listdir("/proc/self/fd"))
    refused(folder)
    (folder / "a").rename(tmp_path / "a")
    freeze(folder)
    stamp_under(tmp_path, "demo")
    list_folders(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before


# --- folders that change while they are read ------------------------------------------------------------------------------------


class _Busy:
    """Does one thing over and over on its own thread, until it is left."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.rounds = 0

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._act()
            self.rounds += 1

    def __enter__(self) -> _Busy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()


def _attempts(folder: Path, seconds: float, busy: _Busy | None = None) -> tuple[list[Bundle], int]:
    """Every bundle that could be made in so many seconds, and how often the folder was refused or still changing. Goes on until ``busy``
    has done its thing a hundred times and been in the way once, which a machine with much else to do may take long over."""
    bundles, refusals = [], 0
    end = time.monotonic() + seconds
    last = end + PATIENCE
    while (now := time.monotonic()) < end or (busy is not None and (busy.rounds <= 100 or not refusals) and now < last):
        try:
            bundles.append(freeze(folder))
        except (BundleRefused, PathUnusable):
            refusals += 1
    return bundles, refusals


def test_a_link_that_is_swapped_in_never_brings_a_secret(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    (tmp_path / "secret").write_bytes(SECRET)

    def swap() -> None:
        (folder / "new").symlink_to(tmp_path / "secret")
        (folder / "new").rename(folder / "handler.py")
        (folder / "new").write_bytes(PLAIN["handler.py"])
        (folder / "new").rename(folder / "handler.py")

    with _Busy(swap) as busy:
        bundles, refusals = _attempts(folder, 1.0, busy)
    assert busy.rounds > 100
    assert refusals > 0
    assert all(SECRET not in content for bundle in bundles for content in bundle.files.values())


def test_a_folder_that_is_swapped_for_a_link_never_brings_a_secret(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    plant(tmp_path / "secrets", {"inner.py": SECRET})
    spare = plant(tmp_path / "spare", {"inner.py": PLAIN["lib/inner.py"]})

    def swap() -> None:
        (folder / "lib").rename(spare.with_name("aside"))
        (folder / "lib").symlink_to(tmp_path / "secrets")
        (folder / "lib").unlink()
        spare.with_name("aside").rename(folder / "lib")

    with _Busy(swap) as busy:
        bundles, refusals = _attempts(folder, 1.0, busy)
    assert busy.rounds > 100
    assert refusals > 0
    assert all(SECRET not in content for bundle in bundles for content in bundle.files.values())


def test_two_whole_versions_are_never_mixed(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo", {"a": b"1", "b": b"1"})
    other = plant(tmp_path / "other", {"a": b"2", "b": b"2"})

    def swap() -> None:
        folder.rename(tmp_path / "aside")
        other.rename(folder)
        (tmp_path / "aside").rename(other)

    with _Busy(swap):
        bundles, _ = _attempts(folder, 0.5)
    assert bundles
    assert {(bundle.files["a"], bundle.files["b"]) for bundle in bundles} <= {(b"1", b"1"), (b"2", b"2")}


def test_a_bundle_is_a_state_that_the_folder_really_had(tmp_path: Path) -> None:
    """The files are always written in one order, so ``second`` is never ahead of ``first`` in any state of the folder."""
    names = ["first", *(f"m{number:03}" for number in range(40)), "second"]
    folder = plant(tmp_path / "demo", dict.fromkeys(names, b"00000000"))
    numbers = itertools.count(1)

    def save() -> None:
        text = b"%08d" % next(numbers)
        for name in ("first", "second"):
            (tmp_path / "new").write_bytes(text)
            (tmp_path / "new").rename(folder / name)
        time.sleep(0.002)  # room for a quiet reading now and then

    with _Busy(save):
        bundles, _ = _attempts(folder, 0.7)
    assert bundles
    for bundle in bundles:
        assert 0 <= int(bundle.files["first"]) - int(bundle.files["second"]) <= 1


def _read_until_refused(folder: Path) -> None:
    for _ in range(10_000):
        freeze(folder)


def test_a_file_that_keeps_growing_is_still_changing(tmp_path: Path) -> None:
    folder = plant(tmp_path / "demo")
    with open(folder / "log", "ab", buffering=0) as log:

        def grow() -> None:
            log.write(b"x" * 64)
            if log.tell() > 2**20:
                log.truncate(0)

        with _Busy(grow), pytest.raises(StillChanging, match="still being written"):
            _read_until_refused(folder)


def test_a_file_that_says_it_is_empty_and_is_not_is_still_changing(tmp_path: Path) -> None:
    with pytest.raises(StillChanging):
        freeze(Path("/proc/self/fdinfo"))


def test_a_folder_that_went_away_is_unusable_and_not_empty(skills: Path, tmp_path: Path) -> None:
    plant(skills / "demo")

    def swap() -> None:
        (skills / "demo").rename(tmp_path / "aside")
        (tmp_path / "aside").rename(skills / "demo")

    with _Busy(swap):
        bundles, _ = _attempts(skills / "demo", 0.3)
    assert all(bundle.files == PLAIN for bundle in bundles)


# --- between listing and opening: what an attacker would have to hit, hit exactly ------------------------------------------------


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[int]:
    """The descriptor of a folder that is filled after it was listed."""
    (tmp_path / "demo").mkdir()
    descriptor = os.open(tmp_path / "demo", os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_a_file_that_became_a_link_after_it_was_listed_is_not_opened(tmp_path: Path, empty: int) -> None:
    reading = snapshot._Reading(empty)
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "demo" / "handler.py").symlink_to(tmp_path / "secret")
    with pytest.raises(snapshot._Torn):
        reading._take_file(empty, "handler.py", "handler.py")
    assert reading.files == {}


def test_a_folder_that_became_a_link_after_it_was_listed_is_not_entered(tmp_path: Path, empty: int) -> None:
    reading = snapshot._Reading(empty)
    plant(tmp_path / "secrets", {"inner.py": SECRET})
    (tmp_path / "demo" / "lib").symlink_to(tmp_path / "secrets")
    with pytest.raises(snapshot._Torn):
        reading._enter(empty, "lib", "lib", 1)
    assert reading.files == {}


@pytest.mark.timeout(10)
def test_a_file_that_became_a_fifo_after_it_was_listed_is_not_waited_for(tmp_path: Path, empty: int) -> None:
    reading = snapshot._Reading(empty)
    os.mkfifo(tmp_path / "demo" / "handler.py")
    with pytest.raises(snapshot._Torn):
        reading._take_file(empty, "handler.py", "handler.py")


@pytest.mark.parametrize("said", [0, 1, 4, 6, 100])
def test_a_file_that_is_longer_or_shorter_than_it_said_is_torn(tmp_path: Path, said: int) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    with open(tmp_path / "file", "rb") as file, pytest.raises(snapshot._Torn):
        snapshot._read(file.fileno(), said)


def test_a_path_that_names_another_folder_after_the_reading_is_still_changing(tmp_path: Path) -> None:
    folders = itertools.cycle([plant(tmp_path / "one"), plant(tmp_path / "two")])
    with pytest.raises(StillChanging):
        snapshot._settled(lambda: os.open(next(folders), os.O_RDONLY), "demo")


# --- stamps ---------------------------------------------------------------------------------------------------------------------


def _edit(folder: Path) -> None:
    (folder / "handler.py").write_bytes(b"x" * len(PLAIN["handler.py"]))


def _replace(folder: Path) -> None:
    (folder.parent / "new").write_bytes(PLAIN["handler.py"])
    (folder.parent / "new").rename(folder / "handler.py")


def _edit_and_hide(folder: Path) -> None:
    stats = (folder / "handler.py").stat()
    _edit(folder)
    os.utime(folder / "handler.py", ns=(stats.st_atime_ns, stats.st_mtime_ns))


CHANGES: list[Callable[[Path], object]] = [
    _edit,
    _replace,
    _edit_and_hide,
    lambda folder: (folder / "new").touch(),
    lambda folder: (folder / "new").mkdir(),
    lambda folder: (folder / "lib" / "inner.py").unlink(),
    lambda folder: (folder / "lib").rename(folder / "bil"),
    lambda folder: (folder / "handler.py").chmod(0o600),
    lambda folder: (folder / "lib").chmod(0o700),
    lambda folder: (folder / "l").symlink_to("x"),
    lambda folder: os.link(folder / "handler.py", folder.parent / "second"),
]


def _settle_clock(skills: Path) -> None:
    """Wait until a stamp taken now is not racy: the kernel's clock ticked on since the last change."""
    end = time.monotonic() + 5
    while (stamp := stamp_under(skills, "demo")) is not None and stamp.is_racy:
        assert time.monotonic() < end


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_another_stamp(skills: Path, change: Callable[[Path], object]) -> None:
    folder = plant(skills / "demo")
    _settle_clock(skills)
    before = stamp_under(skills, "demo")
    change(folder)
    assert stamp_under(skills, "demo") != before


def test_nothing_changed_is_the_same_stamp(skills: Path) -> None:
    plant(skills / "demo")
    one, other = stamp_under(skills, "demo"), stamp_under(skills, "demo")
    assert one == other
    assert hash(one) == hash(other)


def test_reading_a_folder_does_not_change_its_stamp(skills: Path) -> None:
    plant(skills / "demo")
    before = stamp_under(skills, "demo")
    freeze_under(skills, "demo")
    assert stamp_under(skills, "demo") == before


def test_caches_that_come_and_go_do_not_change_a_stamp(skills: Path) -> None:
    folder = plant(skills / "demo")
    before = stamp_under(skills, "demo")
    plant(folder, {"__pycache__/handler.pyc": b"x", "lib/__pycache__/inner.pyc": b"x", ".pytest_cache/v/x": b"", "handler.py~": b""})
    assert stamp_under(skills, "demo") == before


def test_a_fresh_stamp_is_racy_and_an_old_one_is_not(skills: Path) -> None:
    folder = plant(skills / "demo")
    _edit(folder)
    fresh = stamp_under(skills, "demo")
    assert fresh is not None
    assert fresh.is_racy
    _settle_clock(skills)
    later = stamp_under(skills, "demo")
    assert later is not None
    assert not later.is_racy
    assert later == fresh


def test_a_folder_that_is_not_there_has_no_stamp(skills: Path) -> None:
    (skills / "file").touch()
    assert stamp_under(skills, "missing") is None
    assert stamp_under(skills, "file") is None
    assert stamp_under(skills, "a\0b") is None


def test_a_folder_that_is_refused_has_a_stamp_that_lasts(skills: Path) -> None:
    folder = plant(skills / "demo")
    with open(os.path.join(os.fsencode(folder), b"not\xffutf8"), "wb"):
        pass
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("/")
    assert stamp_under(skills, "demo") == stamp_under(skills, "demo") is not None


# --- the skills directory -------------------------------------------------------------------------------------------------------


def test_folders_are_listed_and_what_is_none_is_told(skills: Path, tmp_path: Path) -> None:
    plant(skills / "demo")
    (skills / "My Skill").mkdir()
    (skills / ".hidden").mkdir()
    (skills / "__pycache__").mkdir()
    (skills / "README.md").touch()
    (skills / "link").symlink_to(tmp_path)
    folders, ignored = list_folders(skills)
    assert folders == ("My Skill", "demo")
    assert ignored == (
        Ignored("README.md", "only folders are skills"),
        Ignored("link", "a link in the skills directory is never followed"),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_name_is_told_in_print(skills: Path, name: bytes) -> None:
    os.mkdir(os.path.join(os.fsencode(skills), name))
    folders, (ignored,) = list_folders(skills)
    assert folders == ()
    assert ignored.name.isprintable()
    assert ignored.why


@pytest.mark.parametrize(
    ("name", "print_"),
    [("plain é", "plain é"), ("new\nline", "new\\nline"), ("\udcff", "\\udcff"), ("\u202e", "\\u202e"), ("\x00", "\\x00")],
)
def test_a_name_is_shown_as_it_may_be_printed(name: str, print_: str) -> None:
    assert shown(name) == print_
