"""The log of a real pod attacked by whoever owns HOME, key and all: what tells it is what was taken out of reach before.

Each attack is shown twice: that a pod without the defence starts on what was done and says nothing, and that the defence names it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import HomeLocked, JournalFailed, JournalUnwritable
from skillpod.home import Home
from skillpod.journal.check import Checked, check
from skillpod.journal.copies import read_copies
from skillpod.journal.key import load
from skillpod.journal.signed import read_log_key, require_witness
from skillpod.journal.tree.checkpoint import Checkpoint, Signed
from skillpod.journal.tree.merkle import Growing, leaf_hash
from skillpod.journal.tree.note import Note, VerifierKey
from skillpod.journal.writer import JournalWriter
from skillpod.manager import SkillManager
from skillpod.model.entry import Entry, Fact
from tests.scenarios.stage import Stage, eventually, running
from tests.support.skills import saying, write_skill
from tests.support.witness import witnessing

REWRITTEN = "is not what was signed|was rewritten and signed again"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Where whoever owns HOME does not reach."""
    directory = tmp_path / "outside"
    directory.mkdir()
    return directory


@pytest.fixture
def log_daemon(outside: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bytes]]:
    """The system's log, at an address of its own: gives what it was told."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(outside / "log"))
        listening.setblocking(False)
        monkeypatch.setattr("skillpod.manager.SYSLOG", str(outside / "log"))

        def heard() -> bytes:
            lines = []
            while True:
                try:
                    lines.append(listening.recv(8192))
                except BlockingIOError:
                    return b"\n".join(lines)

        yield heard


def _configure(home: Path, **log: Any) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "pod.yaml").write_text(json.dumps({"log": log}))


def _saving(file: Path) -> list[str]:
    return [sys.executable, "-c", "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())", str(file)]


def _work(skills: Path, home: Path, *, calls: int, then: Callable[[Stage], Any] | None = None) -> dict[str, Any]:
    """A pod that starts, answers some calls, and stops; what it says of its log meanwhile."""
    if not (skills / "words").exists():
        write_skill(skills, "words", handler=saying("word"))

    async def scenario() -> dict[str, Any]:
        async with running(skills, home) as stage:
            for _ in range(calls):
                await stage.pod.call("words__answer", {})
            if then is not None:
                await then(stage)
            log: dict[str, Any] = stage.pod.stats()["log"]
            return log

    return asyncio.run(scenario())


def _checked(home: Path, copies: bytes = b"") -> Checked:
    """The whole log held against what was signed, and against copies."""
    directory = os.open(home / "journal", os.O_RDONLY)
    try:
        key = read_log_key(directory)
        assert key is not None
        kept = read_copies(copies, key, at="copies").checkpoints if copies else ()
        return check(directory, key, copies=kept)
    finally:
        os.close(directory)


def _fault(home: Path, copies: bytes) -> str:
    with pytest.raises(JournalFailed) as caught:
        _checked(home, copies)
    return caught.value.message


def _segment(home: Path) -> Path:
    (only,) = (home / "journal").glob("*.jsonl")
    return only


def _restore(home: Path, older: Path) -> None:
    shutil.rmtree(home)
    shutil.copytree(older, home, symlinks=True)


def _forge(home: Path) -> None:
    """Write history anew, as who has the key can: a call that never was made, and every file to match."""
    lines = _segment(home).read_bytes().splitlines(keepends=True)
    told = next(number for number, line in enumerate(lines) if b'"fact":"call"' in line)
    lines[told] = lines[told].replace(b'"actor":"owner"', b'"actor":"nobody"')
    _segment(home).write_bytes(b"".join(lines))
    tree = Growing()
    (home / "journal" / "hashes").write_bytes(b"".join(tree.grow(map(leaf_hash, lines))))
    origin = _checked_key(home).name
    key = load(home / "log.key", origin)
    text = str(Checkpoint(origin, tree.size, tree.root()))
    (home / "journal" / "checkpoint").write_text(str(Signed(Checkpoint(origin, tree.size, tree.root()), Note(text, (key.sign(text),)))))
    for name in ("journal/checkpoints", "journal/cosigned", "log.closed"):
        (home / name).unlink(missing_ok=True)


def _checked_key(home: Path) -> VerifierKey:
    directory = os.open(home / "journal", os.O_RDONLY)
    try:
        key = read_log_key(directory)
    finally:
        os.close(directory)
    assert key is not None
    return key


# --- cut, or brought back to what it was -------------------------------------------------------------------------------------------


def test_a_home_brought_back_to_an_older_state_is_told_by_each_kind_of_copy(
    skills: Path, home: Path, outside: Path, log_daemon: Callable[[], bytes]
) -> None:
    file, saved, fetched = outside / "file", outside / "saved", outside / "fetched"
    _configure(home, copies={"file": str(file), "syslog": True, "command": _saving(saved)})
    older = outside / "older"
    _work(skills, home, calls=1)
    shutil.copytree(home, older)

    async def fetch(stage: Stage) -> None:
        with fetched.open("a") as kept:
            kept.write(stage.pod.checkpoint())

    _work(skills, home, calls=3, then=fetch)
    size = _checked(home).tree.size
    copies = {"file": file.read_bytes(), "syslog": log_daemon(), "command": saved.read_bytes(), "fetched": fetched.read_bytes()}
    for name, text in copies.items():
        assert _checked(home, text).tree.size == size, f"{name}: what nobody touched holds"
    _restore(home, older)
    assert _checked(home).tree.size < size, "without a copy nothing tells it"
    for name, text in copies.items():
        assert "are missing: the log ends before what was signed of it" in _fault(home, text), name
    _configure(home)
    _work(skills, home, calls=10)
    assert _checked(home).tree.size > size, "a pod starts on it, and the log grows past what was cut"
    for name, text in copies.items():
        assert re.search(REWRITTEN, _fault(home, text)), name


def test_a_home_brought_back_to_an_older_state_is_told_by_its_witness_at_the_next_start(skills: Path, home: Path, outside: Path) -> None:
    with witnessing(outside / "witness") as (url, key):
        _witnessed(skills, home, outside, url=url, key=key, calls=3)
        shutil.copytree(home, outside / "older")
        _work(skills, home, calls=5)
        size = require_witness_of(home, key).checkpoint.size
        _restore(home, outside / "older")
        alerts = outside / "alerts"
        _configure(home, copies={"every": "1s"}, witness={"url": url, "key": str(key)})
        told = json.loads((home / "pod.yaml").read_text())
        (home / "pod.yaml").write_text(json.dumps({**told, "alert": {"command": _saving(alerts)}}))
        log = _work(skills, home, calls=0, then=_until_refused)
    (copy,) = log["copies"]
    assert f"has cosigned {size} entries of this log, and there are" in copy["fault"]
    attack = next(event for event in map(json.loads, alerts.read_text().splitlines()) if event["error"])
    assert (attack["kind"], attack["error"]["code"]) == ("trouble", "witness_disagrees")
    assert "brought back from an older backup" in attack["message"]


async def _until_refused(stage: Stage) -> None:
    await eventually(lambda: any(copy["fault"] for copy in stage.pod.stats()["log"]["copies"]))


async def _until_cosigned(stage: Stage) -> None:
    await eventually(lambda: any(copy["size"] >= 0 for copy in stage.pod.stats()["log"]["copies"]))


def _witnessed(skills: Path, home: Path, outside: Path, *, url: str, key: VerifierKey, calls: int) -> None:
    """A pod whose log the witness knows, and has cosigned as it stood at the stop."""
    _configure(home)
    _work(skills, home, calls=0)
    (outside / "witness" / "logs").write_text((home / "journal" / "log.vkey").read_text())
    _configure(home, copies={"every": "1s"}, witness={"url": url, "key": str(key)})
    _work(skills, home, calls=calls, then=_until_cosigned)


def require_witness_of(home: Path, witness: VerifierKey) -> Signed:
    directory = os.open(home / "journal", os.O_RDONLY)
    try:
        return require_witness(directory, _checked_key(home), witness)
    finally:
        os.close(directory)


# --- written anew with the stolen key ----------------------------------------------------------------------------------------------


def test_history_written_anew_with_the_stolen_key_is_told_by_a_copy(skills: Path, home: Path, outside: Path) -> None:
    file = outside / "file"
    _configure(home, copies={"file": str(file)})
    _work(skills, home, calls=3)
    copied = file.read_bytes()
    _configure(home)
    _forge(home)
    _work(skills, home, calls=1)  # a pod starts on it and says nothing
    _checked(home)
    assert re.search(REWRITTEN, _fault(home, copied))


def test_history_written_anew_with_the_stolen_key_is_refused_by_the_witness(skills: Path, home: Path, outside: Path) -> None:
    with witnessing(outside / "witness") as (url, key):
        _witnessed(skills, home, outside, url=url, key=key, calls=3)
        size = require_witness_of(home, key).checkpoint.size
        assert size == _checked(home).tree.size, "the last one, at the stop"
        _forge(home)
        with pytest.raises(JournalFailed, match="no checkpoint was cosigned"):
            require_witness_of(home, key)
        log = _work(skills, home, calls=1, then=_until_refused)
        assert f"cosigned the first {size} entries, and this log has others in their place" in log["copies"][0]["fault"]
        with pytest.raises(JournalFailed, match="no checkpoint was cosigned"):
            require_witness_of(home, key)
        _configure(home)
        assert _work(skills, home, calls=1)["copies"] == [], "without a witness nobody says a word"


def test_a_cosigned_checkpoint_alone_can_be_taken_away_but_not_made(skills: Path, home: Path, outside: Path) -> None:
    with witnessing(outside / "witness") as (url, key):
        _witnessed(skills, home, outside, url=url, key=key, calls=1)
    cosigned = home / "journal" / "cosigned"
    signed = cosigned.read_text()
    newer = (home / "journal" / "checkpoint").read_text()
    cosigned.write_text(signed.replace("skillpod/", "otherpod/"))
    with pytest.raises(JournalFailed):
        _checked(home)
    log_alone = [line for line in newer.splitlines(keepends=True) if "witness.example" not in line]
    cosigned.write_text("".join(log_alone))
    _checked(home)
    with pytest.raises(JournalFailed, match=r"is not signed by witness\.example/w1"):
        require_witness_of(home, key)


# --- one file by another -----------------------------------------------------------------------------------------------------------


def test_a_checkpoint_replaced_by_an_older_one_is_told_by_those_before_and_without_them_takes_nothing(skills: Path, home: Path) -> None:
    _configure(home)
    _work(skills, home, calls=1)
    older = {name: (home / "journal" / name).read_bytes() for name in ("checkpoint", "checkpoints")}
    _work(skills, home, calls=3)
    size = _checked(home).tree.size
    (home / "journal" / "checkpoint").write_bytes(older["checkpoint"])
    with pytest.raises(JournalFailed, match="it was put back"):
        _work(skills, home, calls=0)
    (home / "journal" / "checkpoints").write_bytes(older["checkpoints"])
    _work(skills, home, calls=0)
    sealed = _checked(home).sealed
    assert sealed is not None
    assert sealed.checkpoint.size > size, "every line is still there, and signed again"


def test_a_checkpoint_of_another_log_is_refused(skills: Path, home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for each in (home, other):
        _configure(each)
        _work(skills, each, calls=1)
    shutil.copy(other / "journal" / "checkpoint", home / "journal" / "checkpoint")
    with pytest.raises(JournalFailed, match="signed by another key"):
        _work(skills, home, calls=1)
    shutil.copy(other / "journal" / "log.vkey", home / "journal" / "log.vkey")
    with pytest.raises(JournalFailed, match="the key of the log is not that of"):
        _work(skills, home, calls=1)


FILES = ("journal/000001.jsonl", "journal/hashes", "journal/checkpoint", "journal/checkpoints", "journal/log.vkey", "log.key")


def test_a_link_in_place_of_any_file_is_not_followed(skills: Path, home: Path, tmp_path: Path) -> None:
    _configure(home)
    _work(skills, home, calls=1)
    for name in FILES:
        file, victim = home / name, tmp_path / "victim"
        before = file.read_bytes()
        victim.write_bytes(before)  # the right content: nothing but the link is wrong
        file.unlink()
        file.symlink_to(victim)
        with pytest.raises(JournalFailed):
            _work(skills, home, calls=1)
        assert victim.read_bytes() == before, name
        file.unlink()
        file.write_bytes(before)
    _work(skills, home, calls=1)  # without the links it goes on


def test_a_journal_that_is_a_link_is_not_followed(skills: Path, home: Path, tmp_path: Path) -> None:
    _configure(home)
    _work(skills, home, calls=1)
    (home / "journal").rename(tmp_path / "elsewhere")
    (home / "journal").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalUnwritable):
        _work(skills, home, calls=1)


def test_a_file_of_copies_replaced_by_a_link_is_not_written_through(skills: Path, home: Path, outside: Path) -> None:
    file, victim = outside / "file", outside / "passwd"
    _configure(home, copies={"file": str(file)})
    _work(skills, home, calls=1)
    assert stat.S_IMODE(file.stat().st_mode) & ~0o640 == 0
    victim.write_text("root:x:0:0:root:/root:/bin/sh\n")
    file.unlink()
    file.symlink_to(victim)
    log = _work(skills, home, calls=1, then=_until_refused)
    assert "symbolic links" in log["copies"][0]["fault"]
    assert victim.read_text() == "root:x:0:0:root:/root:/bin/sh\n"


# --- two writers, and a clock ------------------------------------------------------------------------------------------------------


def test_a_second_pod_on_one_home_does_not_start(skills: Path, home: Path) -> None:
    async def second(stage: Stage) -> None:
        with pytest.raises(HomeLocked):
            await SkillManager(skills, home=home).start()

    _work(skills, home, calls=1, then=second)
    _checked(home)


def test_a_line_that_somebody_else_appends_is_noticed_at_the_next_write(skills: Path, home: Path) -> None:
    line = b'{"v":1,"seq":99,"ts":"2026-11-21T04:40:00.000000Z","node":"x","fact":"call"}\n'

    async def append(stage: Stage) -> None:
        with _segment(home).open("ab") as segment:
            segment.write(line)
        with pytest.raises(JournalUnwritable, match="somebody else wrote to it"):
            await stage.pod.rollback("words")
        with pytest.raises(JournalUnwritable):
            await stage.pod.call("words__answer", {})

    with pytest.raises(JournalUnwritable):
        _work(skills, home, calls=1, then=append)
    with pytest.raises(JournalFailed, match="should stand here, 99 does"):
        _work(skills, home, calls=1)


def test_a_clock_that_was_set_back_changes_what_entries_say_and_not_that_they_are_proven(tmp_path: Path) -> None:
    """Undetectable as such: a time is what the machine believed. The numbers tell the order, and a witness's signature has its own time."""
    home = Home(tmp_path / "home")
    home.prepare()
    times = iter([2_000_000_000.0, 1_000_000_000.0, 1_500_000_000.0])

    async def write() -> None:
        journal = JournalWriter(home.journal, node="pod-1", epoch=lambda: next(times))
        await journal.open()
        for number in range(3):
            await journal.record(Entry(fact=Fact.CALL, generation=number))
        await journal.close()

    asyncio.run(write())
    entries = [json.loads(line) for line in _segment(home.path).read_bytes().splitlines()]
    assert [entry["seq"] for entry in entries] == [1, 2, 3]
    assert [entry["ts"][:4] for entry in entries] == ["2033", "2001", "2017"]
    assert _checked(home.path).tree.size == 3
