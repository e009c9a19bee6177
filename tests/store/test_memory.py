"""``ctx.state``: any JSON, within its room, apart from other skills', there after a kill."""

from __future__ import annotations

import json
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import LimitExceeded, PathUnusable, StoreCorrupt
from skillpod.store.memory import MAX_KEY, MAX_SKILL, MAX_VALUE, SkillMemory

_MIB = 1024 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.db"


@pytest.fixture
def memory(path: Path) -> Iterator[SkillMemory]:
    memory = SkillMemory(path)
    yield memory
    memory.close()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(values=st.dictionaries(st.text(max_size=8), _json, max_size=5))
@settings(max_examples=100, deadline=None)
def test_any_json_under_any_key_comes_back_after_a_restart(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("home") / "memory.db"
    memory = SkillMemory(path)
    for key, value in values.items():
        memory.put("scan", key, value)
    memory.close()
    memory = SkillMemory(path)
    assert {key: memory.get("scan", key) for key in memory.keys("scan")} == values
    memory.close()


def test_null_is_something_and_nothing_is_not_there(memory: SkillMemory) -> None:
    memory.put("scan", "empty", None)
    assert memory.get("scan", "empty") is None
    with pytest.raises(KeyError):
        memory.get("scan", "absent")


def test_a_text_that_is_no_character_comes_back_as_it_was(memory: SkillMemory) -> None:
    memory.put("scan", "a\0\ud800", ["\udfff"])
    assert memory.keys("scan") == ["a\0\ud800"]
    assert memory.get("scan", "a\0\ud800") == ["\udfff"]


def test_skills_do_not_see_each_other(memory: SkillMemory) -> None:
    memory.put("scan", "key", 1)
    memory.put("text", "key", 2)
    memory.set_version("scan", 3)
    memory.delete("text", "key")
    assert memory.get("scan", "key") == 1
    assert memory.keys("text") == []
    assert (memory.version("scan"), memory.version("text")) == (3, 0)


def test_keys_come_in_the_order_of_their_bytes(memory: SkillMemory) -> None:
    for key in ("b", "ä", "a", "B", "\U0001f600", "\uffff"):
        memory.put("scan", key, 0)
    assert memory.keys("scan") == ["B", "a", "b", "ä", "\uffff", "\U0001f600"]


def test_deleting_what_is_not_there_is_no_fault(memory: SkillMemory) -> None:
    memory.delete("scan", "absent")
    memory.put("scan", "key", 1)
    memory.delete("scan", "key")
    memory.delete("scan", "key")
    assert memory.keys("scan") == []


def test_a_value_of_a_mebibyte_fits_and_one_byte_more_does_not(memory: SkillMemory) -> None:
    memory.put("scan", "key", "x" * (MAX_VALUE - 2))
    with pytest.raises(LimitExceeded) as caught:
        memory.put("scan", "key", "x" * (MAX_VALUE - 1))
    assert caught.value.at == "state"
    assert len(memory.get("scan", "key")) == MAX_VALUE - 2


def test_a_value_is_measured_in_utf_8(memory: SkillMemory) -> None:
    with pytest.raises(LimitExceeded):
        memory.put("scan", "key", "ä" * (MAX_VALUE // 2))


def test_a_key_has_an_end(memory: SkillMemory) -> None:
    memory.put("scan", "k" * MAX_KEY, 1)
    with pytest.raises(LimitExceeded, match="257 characters"):
        memory.put("scan", "k" * (MAX_KEY + 1), 1)


def test_a_skill_has_sixteen_mebibytes_and_another_has_its_own(memory: SkillMemory) -> None:
    block = "x" * (_MIB - 100)
    for number in range(16):
        memory.put("scan", f"k{number}", block)
    with pytest.raises(LimitExceeded, match="would keep") as caught:
        memory.put("scan", "more", "x" * 3000)
    assert caught.value.skill == "scan"
    memory.put("scan", "k0", "x")  # what takes the place of another counts once
    memory.put("scan", "more", "x" * 3000)
    memory.put("text", "k", block)
    assert len(memory.keys("scan")) == 17


def test_room_is_counted_again_after_a_restart_a_delete_and_a_refusal(path: Path) -> None:
    block = "x" * (_MIB - 100)
    memory = SkillMemory(path)
    for number in range(16):
        memory.put("scan", f"k{number}", block)
    memory.close()
    memory = SkillMemory(path)
    for _ in range(2):
        with pytest.raises(LimitExceeded):
            memory.put("scan", "more", block)
    memory.delete("scan", "k3")
    memory.put("scan", "more", block)
    memory.close()


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}, b"x"])
def test_what_is_not_json_is_refused(memory: SkillMemory, value: Any) -> None:
    memory.put("scan", "key", 1)
    with pytest.raises(ValueError):
        memory.put("scan", "key", value)
    assert memory.get("scan", "key") == 1


def test_too_deep_a_value_is_refused(memory: SkillMemory) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="not JSON"):
        memory.put("scan", "key", deep)


def test_everything_is_replaced_at_once_under_its_version(memory: SkillMemory) -> None:
    memory.put("scan", "old", 1)
    memory.put("text", "old", 1)
    memory.set_version("scan", 1)
    memory.replace("scan", {"new": [2], "newer": None}, 2)
    assert memory.keys("scan") == ["new", "newer"]
    assert memory.version("scan") == 2
    assert memory.keys("text") == ["old"]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"a": 1, "b": float("inf")}, ValueError),
        ({"a": 1, "b": "x" * (MAX_VALUE + 1)}, LimitExceeded),
        ({"a": 1, "k" * 300: 1}, LimitExceeded),
        ({f"k{number}": "x" * (_MIB - 2) for number in range(17)}, LimitExceeded),
    ],
)
def test_a_replacement_that_does_not_fit_changes_nothing(memory: SkillMemory, values: dict[str, Any], fault: type[Exception]) -> None:
    memory.put("scan", "old", 1)
    memory.set_version("scan", 1)
    with pytest.raises(fault):
        memory.replace("scan", values, 2)
    assert (memory.keys("scan"), memory.version("scan")) == (["old"], 1)


def test_a_replacement_may_fill_the_room(memory: SkillMemory) -> None:
    values = {f"{number:02d}": "x" * (_MIB - 4) for number in range(16)}
    assert sum(len(key) + len(json.dumps(value)) for key, value in values.items()) == MAX_SKILL
    memory.replace("scan", values, 1)
    with pytest.raises(LimitExceeded):
        memory.put("scan", "x", 1)


_VICTIM = """
import sys
from pathlib import Path
from skillpod.store.memory import SkillMemory
memory = SkillMemory(Path(sys.argv[1]))
for number in range(10**9):
    memory.put("scan", f"k{number % 500}", [number] * 50)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_what_was_put_before_a_kill_is_there_after_it(path: Path) -> None:
    for _ in range(3):
        victim = subprocess.Popen([sys.executable, "-c", _VICTIM, str(path)], stdout=subprocess.PIPE)
        assert victim.stdout is not None
        seen = [victim.stdout.readline() for _ in range(700)]
        victim.send_signal(signal.SIGKILL)
        seen += [line for line in victim.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
        victim.wait(10)
        victim.stdout.close()
        memory = SkillMemory(path)
        last = int(seen[-1])
        kept = memory.get("scan", f"k{last % 500}")
        assert kept in ([last] * 50, [last + 500] * 50)
        memory.close()


# --- the file ---------------------------------------------------------------------------------------------------------------------


def test_the_file_is_its_owners_only(tmp_path: Path, memory: SkillMemory) -> None:
    memory.put("scan", "key", 1)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_link_in_its_place_is_refused(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PathUnusable):
        SkillMemory(path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_damaged_file_is_not_thrown_away(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)
    with pytest.raises(StoreCorrupt) as caught:
        SkillMemory(path)
    assert "move it away" in caught.value.hint
    assert path.read_bytes().startswith(b"no database")


def test_a_file_of_a_newer_skillpod_is_not_touched(path: Path) -> None:
    SkillMemory(path).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreCorrupt, match="schema version 99"):
        SkillMemory(path)


def _fill(memory: SkillMemory) -> None:
    for number in range(20):
        memory.put("scan", f"k{number}", "x" * 100_000)


def test_a_full_disk_refuses_the_put_and_keeps_what_was(path: Path) -> None:
    memory = SkillMemory(path)
    memory.put("scan", "key", 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(PathUnusable, match="can't be kept"):
            _fill(memory)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    memory.put("scan", "after", 2)
    assert (memory.get("scan", "key"), memory.get("scan", "after")) == (1, 2)
    memory.close()
