"""Bundles on disk: durable, inspectable, and hashed again whenever they are read."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillpod.errors import PathUnusable, StoreCorrupt, UnknownDigest
from skillpod.model.bundle import MAX_BYTES, MAX_FILES, Bundle
from skillpod.model.digest import Digest, tree_digest
from skillpod.store.bundles import BundleStore

BUNDLE = Bundle.freeze({"manifest.yaml": b"name: demo\n", "lib/inner.py": b"ANSWER = 42\n", "empty": b"", "é.bin": bytes(range(256))})
SIGNED = Bundle.freeze(BUNDLE.files, {"skill.oms.sig": b"one"})
SIGNED_AGAIN = Bundle.freeze(BUNDLE.files, {"skill.oms.sig": b"two", "skill.oms.ab.sig": b"three"})


@pytest.fixture
def store(tmp_path: Path) -> BundleStore:
    return BundleStore(tmp_path / "store")


def kept(tmp_path: Path, bundle: Bundle = BUNDLE) -> Path:
    return tmp_path / "store" / f"{bundle.digest.removeprefix('sha256:')}.zip"


def damage(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_what_was_put_is_what_is_got(store: BundleStore) -> None:
    store.put(SIGNED)
    assert store.get(SIGNED.digest) == SIGNED
    assert SIGNED.digest in store


def test_another_process_finds_it_again(tmp_path: Path, store: BundleStore) -> None:
    store.put(SIGNED)
    assert BundleStore(tmp_path / "store").get(SIGNED.digest) == SIGNED


def test_a_bundle_of_nothing_is_a_bundle(store: BundleStore) -> None:
    nothing = Bundle.freeze({})
    store.put(nothing)
    assert store.get(nothing.digest) == nothing


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/\\"), min_size=1, max_size=20)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.binary(max_size=300), max_size=8))
def test_any_bundle_comes_back_whole(tmp_path: Path, files: dict[str, bytes]) -> None:
    store = BundleStore(tmp_path / "store")
    bundle = Bundle.freeze(files)
    store.put(bundle)
    assert store.get(bundle.digest) == bundle


def test_the_largest_bundle_comes_back(store: BundleStore) -> None:
    share = MAX_BYTES // MAX_FILES
    bundle = Bundle.freeze({"/".join(["d" * 200] * 15) + f"/{number}": bytes([number % 256]) * share for number in range(MAX_FILES)})
    store.put(bundle)
    assert store.get(bundle.digest).digest == bundle.digest


@pytest.mark.parametrize("digest", ["sha256:" + "0" * 64, "", "sha256:..", "../../etc/passwd", "sha256:" + "0" * 63 + "/", "nul\0"])
def test_a_digest_that_is_not_there_is_unknown(store: BundleStore, digest: str) -> None:
    with pytest.raises(UnknownDigest):
        store.get(Digest(digest))
    assert digest not in store


def test_only_a_text_can_be_in_a_store(store: BundleStore) -> None:
    assert 7 not in store
    assert None not in store


# --- sidecars -------------------------------------------------------------------------------------------------------------------


def test_new_evidence_takes_the_place_of_the_old(store: BundleStore) -> None:
    store.put(SIGNED)
    store.put(SIGNED_AGAIN)
    assert store.get(BUNDLE.digest) == SIGNED_AGAIN


def test_evidence_that_was_taken_away_is_not_remembered(store: BundleStore) -> None:
    store.put(SIGNED)
    store.put(BUNDLE)
    assert store.get(BUNDLE.digest) == BUNDLE


def test_damaged_evidence_is_corrupt_and_not_ignored(tmp_path: Path, store: BundleStore) -> None:
    store.put(SIGNED)
    path = kept(tmp_path).with_suffix(".evidence.zip")
    damage(path, path.read_bytes().replace(b"one", b"owe"))
    with pytest.raises(StoreCorrupt):
        store.get(SIGNED.digest)


# --- damage ---------------------------------------------------------------------------------------------------------------------


def test_no_byte_can_change_unseen(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    path = kept(tmp_path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        damage(path, whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            found = store.get(BUNDLE.digest)
        except StoreCorrupt as error:
            assert error.digest == BUNDLE.digest  # noqa: PT017 - that it raises depends on the byte; that nothing false comes out does not
        else:
            assert dict(found.files) == dict(BUNDLE.files)


def test_a_file_that_was_cut_short_is_corrupt(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    whole = kept(tmp_path).read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        damage(kept(tmp_path), whole[:length])
        with pytest.raises(StoreCorrupt, match="digest") as caught:
            store.get(BUNDLE.digest)
        assert caught.value.hint
        assert caught.value.at == str(kept(tmp_path))


def test_a_good_bundle_under_a_wrong_name_is_corrupt(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    wrong = Digest("sha256:" + "1" * 64)
    kept(tmp_path).rename(kept(tmp_path).with_name("1" * 64 + ".zip"))
    with pytest.raises(StoreCorrupt):
        store.get(wrong)


def test_putting_it_again_mends_a_damaged_bundle(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    damage(kept(tmp_path), kept(tmp_path).read_bytes()[:-5])
    store.put(BUNDLE)
    assert store.get(BUNDLE.digest) == BUNDLE


def test_a_compressed_bomb_in_its_place_is_corrupt_and_not_unpacked(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    kept(tmp_path).unlink()
    with zipfile.ZipFile(kept(tmp_path), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(64 * 2**20))
    tracemalloc.start()
    with pytest.raises(StoreCorrupt):
        store.get(BUNDLE.digest)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_a_link_in_its_place_is_not_followed(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    kept(tmp_path).rename(tmp_path / "elsewhere.zip")
    kept(tmp_path).symlink_to(tmp_path / "elsewhere.zip")
    with pytest.raises(PathUnusable):
        store.get(BUNDLE.digest)


# --- on disk --------------------------------------------------------------------------------------------------------------------


def test_equal_bundles_are_equal_bytes_wherever_they_are_stored(tmp_path: Path) -> None:
    contents = set()
    for name in ("one", "two"):
        BundleStore(tmp_path / name).put(Bundle.freeze(dict(reversed(list(BUNDLE.files.items())))))
        (file,) = (tmp_path / name).iterdir()
        contents.add(file.read_bytes())
    assert len(contents) == 1


def test_an_auditor_needs_standard_tools_only(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    listed = subprocess.run([sys.executable, "-m", "zipfile", "-l", kept(tmp_path)], capture_output=True, text=True, check=True).stdout
    assert all(name in listed for name in BUNDLE.files)
    with zipfile.ZipFile(kept(tmp_path)) as archive:
        assert archive.testzip() is None
        assert tree_digest({name: archive.read(name) for name in archive.namelist()}) == BUNDLE.digest


def test_only_its_owner_enters_and_nobody_writes(tmp_path: Path, store: BundleStore) -> None:
    store.put(SIGNED)
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    for path in (tmp_path / "store").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o222 == 0


def test_putting_it_twice_writes_once(tmp_path: Path, store: BundleStore) -> None:
    store.put(SIGNED)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "store").iterdir()}
    store.put(SIGNED)
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "store").iterdir()} == before


def test_reading_makes_nothing(tmp_path: Path, store: BundleStore) -> None:
    with pytest.raises(UnknownDigest):
        store.get(BUNDLE.digest)
    assert BUNDLE.digest not in store
    assert not (tmp_path / "store").exists()


def test_a_store_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PathUnusable, match="can't be stored"):
        BundleStore(tmp_path / "file" / "store").put(BUNDLE)


def test_what_a_crash_left_behind_goes_with_the_next_start(tmp_path: Path, store: BundleStore) -> None:
    store.put(BUNDLE)
    (tmp_path / "store" / ".new-99-0").write_bytes(b"half")
    again = BundleStore(tmp_path / "store")
    again.put(BUNDLE)
    assert [path.name for path in (tmp_path / "store").iterdir()] == [kept(tmp_path).name]


def test_many_threads_may_put_one_bundle(tmp_path: Path, store: BundleStore) -> None:
    threads = [threading.Thread(target=store.put, args=(SIGNED,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(SIGNED.digest) == SIGNED
    assert len(list((tmp_path / "store").iterdir())) == 2


def _put_for_ever(root: Path, first: int) -> None:
    store = BundleStore(root)
    for number in range(first, first + 100_000):
        store.put(Bundle.freeze({"handler.py": b"%d" % number * 5000}, {"skill.oms.sig": b"%d" % number}))


def test_a_kill_at_any_moment_leaves_whole_bundles_only(tmp_path: Path) -> None:
    root = tmp_path / "store"
    for turn in range(5):
        writer = multiprocessing.get_context("fork").Process(target=_put_for_ever, args=(root, turn * 100_000))
        writer.start()
        assert writer.pid is not None
        target = (turn + 1) * 20
        while writer.is_alive() and (len(os.listdir(root)) if root.exists() else 0) < target:
            pass
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        writer.close()
    store = BundleStore(root)
    stored = [path for path in root.iterdir() if not path.name.startswith(".") and ".evidence" not in path.name]
    assert len(stored) > 20
    for path in stored:
        store.get(Digest(f"sha256:{path.stem}"))
