"""Wheels: what is taken out of one, and every way one is not what it should be."""

from __future__ import annotations

import stat
import tracemalloc
import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest
from hypothesis import given, strategies

from skillpod.errors import PackageUnusable
from skillpod.store import wheel as reading
from skillpod.store.wheel import digest_of, read_wheel
from tests.support.wheels import wheel, zipped

INFO = "words-1.0.0.dist-info"
WHOLE = wheel("words", {"words.py": ""})
LARGER = wheel("words", {"words/__init__.py": "WORD = 1\n", "words/data.txt": "a text\n" * 20})
KEPT = {f"{INFO}/{name}" for name in ("METADATA", "WHEEL", "RECORD")}


def refused(content: bytes) -> str:
    with pytest.raises(PackageUnusable) as fault:
        read_wheel(content, file="words.whl")
    assert fault.value.at == "words.whl"
    assert fault.value.hint
    return fault.value.message


def test_a_wheel_is_its_files_its_modules_and_what_it_is_for() -> None:
    content = wheel("words", {"words/__init__.py": "", "words/inner.py": "x = 1", "single.py": "", "words/data.txt": "d"})
    found = read_wheel(content, file="words.whl")
    assert (found.name, found.version, found.digest) == ("words", "1.0.0", digest_of(content))
    assert (found.modules, found.native, found.tags) == (("single", "words"), (), ("py3-none-any",))
    assert found.files["words/inner.py"] == b"x = 1"
    assert f"{INFO}/METADATA" in found.files


def test_a_name_is_normalised_as_the_index_has_it() -> None:
    assert read_wheel(wheel("Some_Words", {"words.py": ""}), file="x").name == "some-words"


def test_a_version_is_normalised_and_brings_nothing_along() -> None:
    metadata = "Metadata-Version: 2.1\nName: words\nVersion: 1.0.0-1\n \n"
    files = {"words.py": "", "words-1.0.0.post1.dist-info/METADATA": metadata}
    assert read_wheel(wheel("words", files, version="1.0.0.post1"), file="x").version == "1.0.0.post1"


def test_what_goes_to_the_import_path_is_moved_there_and_scripts_stay_behind() -> None:
    data = "words-1.0.0.data"
    files = {
        f"{data}/purelib/words.py": "",
        f"{data}/platlib/fast.py": "",
        f"{data}/scripts/words": "#!python",
        f"{data}/data/etc/x": "x",
        f"{data}/headers/words.h": "",
    }
    found = read_wheel(wheel("words", files), file="x")
    assert {path for path in found.files if not path.startswith(INFO)} == {"words.py", "fast.py"}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("words/_fast.cpython-311-x86_64-linux-gnu.so", b""),
        ("words.libs/libz-1.so.1", b""),
        ("words/model.bin", b"\x7fELF and so on"),
        ("words/_fast.pyd", b""),
    ],
)
def test_machine_code_is_known_by_its_name_and_by_what_it_begins_with(path: str, content: bytes) -> None:
    assert read_wheel(wheel("words", {"words/__init__.py": "", path: content}), file="x").native == (path,)


def test_a_module_of_machine_code_is_one() -> None:
    assert read_wheel(wheel("words", {"fast.cpython-311-x86_64-linux-gnu.so": b"", "_abi.abi3.so": b""}), file="x").modules == (
        "_abi",
        "fast",
    )


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"../words.py": ""}, "leads out"),
        ({"words/../../x.py": ""}, "leads out"),
        ({"/etc/words.py": ""}, "leads out"),
        ({"words//x.py": ""}, "leads out"),
        ({"words/./x.py": ""}, "leads out"),
        ({"C:/words.py": ""}, "no name for a file"),
        ({"words\\x.py": ""}, "no name for a file"),
        ({"words/a\x1bb.py": ""}, "no name for a file"),
        ({"words/\u202ex.py": ""}, "no name for a file"),
        ({f"words/{'x' * 500}.py": ""}, "no name for a file"),
        ({"words/x.py": "", "words/X.py": ""}, "the same name"),
        ({"words/\u00e9.py": "", "words/e\u0301.py": ""}, "the same name"),
        ({"words": "", "words/x.py": ""}, "is a file, and a directory"),
        ({"words-1.0.0.data/purelib/../../x.py": ""}, "leads out"),
        ({"words-1.0.0.data/purelib/x.py": "", "x.py": ""}, "takes the place of another"),
        ({"words-1.0.0.data/purelib/x.py": "", "words-1.0.0.data/platlib/x.py": ""}, "takes the place of another"),
        ({"evil.pth": "import os"}, "would run when an interpreter starts"),
        ({"words-1.0.0.data/purelib/evil.PTH": "import os"}, "would run when an interpreter starts"),
        ({"sitecustomize.py": ""}, "would run when an interpreter starts"),
        ({"usercustomize/__init__.py": ""}, "would run when an interpreter starts"),
        ({"json.py": ""}, "has a name of the standard library"),
        ({"os/__init__.py": ""}, "has a name of the standard library"),
        ({"ssl.cpython-311-x86_64-linux-gnu.so": ""}, "has a name of the standard library"),
        ({"skillpod/__init__.py": ""}, "has a name of the standard library"),
        ({"words/__pycache__/x.cpython-311.pyc": ""}, "bytecode"),
        ({"words.pyc": ""}, "bytecode"),
        ({"words/__pycache__": ""}, "bytecode"),
        ({"words-1.0.0.data/purelib/__pycache__/x.txt": ""}, "bytecode"),
        ({f"words/{'x' * 250}.py": ""}, "no name for a file"),
        ({"words/" + "\u00e4" * 120: ""}, "no name for a file"),
        ({"words-1.0.0.data/purelib/words_": ""}, "is a file, and a directory"),
        ({"words-1.0.0.data/purelib/other-2.0.dist-info/METADATA": ""}, "another package is there"),
        ({"words-1.0.0.data/platlib/Other.DIST-INFO": ""}, "another package is there"),
        ({"other.egg-info/PKG-INFO": ""}, "another package is there"),
        ({"other-2.0.dist-info/METADATA": ""}, "2 directories .dist-info"),
        ({f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: other\nVersion: 1.0.0\n"}, "its METADATA says 'other'"),
        ({f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: words\nVersion: 2.0.0\n"}, "its METADATA says 'words' '2.0.0'"),
        ({f"{INFO}/METADATA": "Metadata-Version: 2.1\n"}, "no name and version"),
        ({f"{INFO}/WHEEL": "Wheel-Version: 2.0\nTag: py3-none-any\n"}, "a version that is not known"),
        ({f"{INFO}/WHEEL": b"\xff\xfe"}, "no wheel that can be read"),
    ],
)
def test_a_hostile_or_broken_wheel_is_not_unpacked(files: Mapping[str, str | bytes], why: str) -> None:
    assert why in refused(wheel("words", {"words_/__init__.py": "", **files}))


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("", "is not in its RECORD"),
        ("words.py,,\n", "not the file its RECORD says"),
        ("words.py,md5=x,0\n", "not the file its RECORD says"),
        ("words.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,7\n", "not the file its RECORD says"),
        ("words.py,sha256=AAAA,0\n", "not the file its RECORD says"),
        ("gone.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n", "which is not in it"),
        ("words.py\n", "not a name, a hash and a size"),
        ("x" * 200_000, "no wheel that can be read"),
    ],
)
def test_every_file_is_what_the_record_says(record: str, why: str) -> None:
    assert why in refused(wheel("words", {"words.py": ""}, record=record))


def test_a_file_changed_behind_the_record_is_seen() -> None:
    honest = wheel("words", {"words.py": "safe = True"})
    with zipfile.ZipFile(BytesIO(honest)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert "not the file its RECORD says" in refused(zipped({**held, "words.py": b"safe = None"}))


def entry(name: str, content: bytes, *, mode: int = 0, flags: int = 0) -> bytes:
    """The wheel with one more entry of its own kind."""
    written = BytesIO(wheel("words", {"words.py": ""}))
    with zipfile.ZipFile(written, "a") as archive:
        added = zipfile.ZipInfo(name)
        added.external_attr = mode << 16
        archive.writestr(added, content)
        added.flag_bits |= flags
    return written.getvalue()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_no_link_and_no_device_comes_out_of_a_wheel(kind: int) -> None:
    assert "a link or a device" in refused(entry("link", b"/etc/passwd", mode=kind | 0o777))


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = entry("words.py", b"")
    assert "the same name" in refused(content)


def test_a_directory_holds_no_bytes() -> None:
    assert "a directory with bytes" in refused(entry("words/", b"payload", mode=stat.S_IFDIR | 0o755))


def test_what_a_directory_says_of_a_file_must_be_true_of_it() -> None:
    content = entry("more.py", b"a" * 64)
    assert refused(content.replace(b"more.pyPK", b"othr.pyPK", 1)).startswith("words.whl")


@pytest.mark.parametrize("cap", ["MAX_WHEEL", "MAX_UNPACKED", "MAX_FILES"])
def test_a_wheel_that_is_too_large_is_refused_before_it_is_unpacked(cap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = wheel("words", {"words.py": "0" * 10_000_000})
    assert len(bomb) < 20_000
    monkeypatch.setattr(reading, cap, {"MAX_WHEEL": 1000, "MAX_UNPACKED": 1_000_000, "MAX_FILES": 2}[cap])
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    assert "larger than any package" in refused(bomb)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_further_than_it_says() -> None:
    honest = wheel("words", {"words.py": "0" * 1_000_000})
    said, lie = (1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert honest.count(said) == 2
    refused(honest.replace(said, lie))


def test_reading_a_bomb_that_lies_takes_the_memory_of_its_lie() -> None:
    honest = wheel("words", {"words.py": "0" * 64_000_000})
    lying = honest.replace((64_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    tracemalloc.start()
    try:
        refused(lying)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_entries_that_share_their_bytes_are_refused() -> None:
    content = bytearray(entry("twin.py", b"x" * 5_000_000))
    start = content.rindex(b"PK\x01\x02")
    content[start + 20 : start + 24] = (2**31).to_bytes(4, "little")
    assert "overlap" in refused(bytes(content))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"\0" * 100, wheel("words", {"words.py": ""})[:-30], wheel("words", {"words.py": ""})[40:]]
)
def test_what_is_no_archive_is_said_to_be_none(content: bytes) -> None:
    assert "no wheel that can be read" in refused(content)


@given(data=strategies.data())
def test_whatever_happens_to_its_bytes_a_wheel_is_read_or_refused_in_words(data: strategies.DataObject) -> None:
    """Never anything but a Wheel whose files are those of its RECORD, or PackageUnusable."""
    content = bytearray(data.draw(strategies.sampled_from((WHOLE, LARGER))))
    for _ in range(data.draw(strategies.integers(1, 4))):
        at = data.draw(strategies.integers(0, len(content) - 1))
        length = data.draw(strategies.integers(0, 8))
        content[at : at + length] = data.draw(strategies.binary(max_size=8))
        if not content:
            return
    try:
        found = read_wheel(bytes(content), file="words.whl")
    except PackageUnusable:
        return
    assert found.files.keys() in ({"words.py", *KEPT}, {"words/__init__.py", "words/data.txt", *KEPT})
