"""What a guest may ask of the host, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from skillpod.sandbox.asks.asking import Denied, Reached
from skillpod.sandbox.asks.state import StateAsks
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.output import Output
from skillpod.store.memory import SkillMemory


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[SkillMemory]:
    kept = SkillMemory(tmp_path / "state.db")
    yield kept
    kept.close()


class _Asked:
    """A broker, and a call that asks it."""

    def __init__(self, broker: Broker) -> None:
        self.tell = broker.tell
        self._broker = broker

    def answer(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        return self._broker.answer(operation, arguments, Reached(0.0))


def broker(memory: SkillMemory, *, skill: str = "notes", version: int = 1, output: Output | None = None) -> _Asked:
    return _Asked(Broker([StateAsks(memory, skill=skill, version=version)], output=output or Output()))


def test_what_is_put_is_got_listed_and_deleted(memory: SkillMemory) -> None:
    notes = broker(memory)
    assert notes.answer("state.get", {"key": "a"}) == {"found": False, "value": None}
    assert notes.answer("state.put", {"key": "a", "value": None}) is None
    notes.answer("state.put", {"key": "b", "value": {"x": [1]}})
    assert notes.answer("state.get", {"key": "a"}) == {"found": True, "value": None}
    assert notes.answer("state.get", {"key": "b"}) == {"found": True, "value": {"x": [1]}}
    assert notes.answer("state.keys", {}) == ["a", "b"]
    notes.answer("state.delete", {"key": "a"})
    notes.answer("state.delete", {"key": "never there"})
    assert notes.answer("state.keys", {}) == ["b"]


def test_one_skill_sees_nothing_of_another(memory: SkillMemory) -> None:
    broker(memory, skill="one").answer("state.put", {"key": "a", "value": 1})
    assert broker(memory, skill="two").answer("state.keys", {}) == []
    assert not broker(memory, skill="two").answer("state.get", {"key": "a"})["found"]


def test_empty_state_takes_the_version_of_its_first_writer(memory: SkillMemory) -> None:
    assert broker(memory, version=3).answer("state.version", {}) == 0
    broker(memory, version=3).answer("state.put", {"key": "a", "value": 1})
    assert broker(memory, version=3).answer("state.version", {}) == 3


@pytest.mark.parametrize("writer", [1, 3])
def test_code_of_another_version_reads_but_writes_only_by_replacing_everything(memory: SkillMemory, writer: int) -> None:
    broker(memory, version=2).answer("state.put", {"key": "old", "value": 1})
    other = broker(memory, version=writer)
    assert other.answer("state.get", {"key": "old"})["value"] == 1
    writes: list[tuple[str, dict[str, Any]]] = [("state.put", {"key": "a", "value": 1}), ("state.delete", {"key": "old"})]
    for operation, arguments in writes:
        with pytest.raises(Denied, match=f"written under schema version 2 and this code declares {writer}.*replace"):
            other.answer(operation, arguments)
    assert other.answer("state.keys", {}) == ["old"]
    other.answer("state.replace", {"values": {"new": 2}})
    assert other.answer("state.version", {}) == writer
    assert other.answer("state.keys", {}) == ["new"]
    other.answer("state.put", {"key": "a", "value": 1})


def test_state_that_was_emptied_may_be_written_by_any_version(memory: SkillMemory) -> None:
    first = broker(memory, version=1)
    first.answer("state.put", {"key": "a", "value": 1})
    first.answer("state.delete", {"key": "a"})
    broker(memory, version=2).answer("state.put", {"key": "b", "value": 1})
    assert broker(memory).answer("state.version", {}) == 2


@pytest.mark.parametrize(
    ("operation", "arguments", "words"),
    [
        ("state.get", {}, "a key of ctx.state is a text"),
        ("state.get", {"key": 3}, "a key of ctx.state is a text"),
        ("state.put", {"key": "", "value": 1}, "not empty"),
        ("state.put", {"key": "k" * 10_000, "value": 1}, "characters"),
        ("state.put", {"key": "a", "value": "x" * (2**20 + 1)}, "bytes"),
        ("state.replace", {"values": [1]}, "an object of values"),
        ("state.replace", {"values": {"": 1}}, "not empty"),
        ("state.replace", {"values": {str(n): "x" * 2**20 for n in range(17)}}, "bytes"),
        ("file.read", {"path": "/etc/passwd"}, "no operation 'file.read'"),
        ("", {}, "no operation"),
        ("state.__class__", {}, "no operation"),
    ],
)
def test_anything_else_is_refused_in_words(memory: SkillMemory, operation: str, arguments: dict[str, Any], words: str) -> None:
    notes = broker(memory)
    with pytest.raises(Denied, match=words):
        notes.answer(operation, arguments)
    assert notes.answer("state.keys", {}) == []


def test_what_is_the_operators_business_is_not_told_to_a_guest(tmp_path: Path) -> None:
    memory = SkillMemory(tmp_path / "state.db")
    notes = broker(memory)
    memory._database.execute("DROP TABLE kept")
    with pytest.raises(Denied) as refusal:
        notes.answer("state.put", {"key": "a", "value": 1})
    assert str(tmp_path) not in str(refusal.value)
    memory.close()


def test_logs_and_progress_are_kept_with_what_the_guest_printed(memory: SkillMemory) -> None:
    output = Output()
    notes = broker(memory, output=output)
    output.write(b"printed without an end")
    notes.tell("log", {"level": "WARNING", "message": "careful"})
    notes.tell("log", {"level": "\x1b[31m", "message": 3})
    notes.tell("progress", {"fraction": 7, "message": "done"})
    notes.tell("progress", {"fraction": None})
    assert output.text().splitlines() == ["printed without an end", "WARNING: careful", "INFO: ", "progress 100% done", "progress 0%"]
    with pytest.raises(Denied):
        notes.tell("exec", {})


def test_output_keeps_the_newest_end_and_says_what_was_lost() -> None:
    output = Output(cap=100)
    for number in range(1000):
        output.write(f"{number}\n".encode())
    kept = output.text()
    assert kept.endswith("998\n999\n")
    assert kept.splitlines()[0] == "[3790 earlier bytes were not kept]"
    assert len(kept.encode()) < 150
