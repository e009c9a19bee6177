"""One entry of every fact, with all the fields that the pod gives it, for the tests of what is told of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skillpod.journal.entry import Recorded, decode, encode
from skillpod.model.entry import Entry, Fact

NODE = "node-1a2b3c4d"
NOON = 1_790_000_000.0
A, B = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
POLICY = "sha256:" + "ef" * 32
SKILL: Mapping[str, Any] = {"skill": "scan", "version": "1.2.0", "digest": A}

EXAMPLES: Mapping[Fact, Entry] = {
    Fact.POD_STARTED: Entry(fact=Fact.POD_STARTED, trigger="start", policy=POLICY, source="/srv/skills"),
    Fact.POD_STOPPED: Entry(fact=Fact.POD_STOPPED, trigger="stop"),
    Fact.RULES: Entry(fact=Fact.RULES, actor="owner", trigger="start", policy=POLICY, details={"rules": {"policy": POLICY}}),
    Fact.DESIRED: Entry(fact=Fact.DESIRED, actor="ann", skill="scan", source="folder", details={"desired": {"mode": "follow"}}),
    Fact.DECIDED: Entry(
        fact=Fact.DECIDED, actor="ann", **SKILL, tier="write", isolation="jail", grants={"network": []}, config=B,
        decision="admit", rule="two-people", policy=POLICY, details={"approvals": [{"by": "ann"}], "provenance": {"publisher": "acme"}},
    ),
    Fact.PUBLISHED: Entry(
        fact=Fact.PUBLISHED, actor="ann", trigger="command", **SKILL, source="folder", tier="write", isolation="jail", generation=2,
        previous=1, previous_digest=B, outcome="ok", details={"identity": {"digest": A}, "walls": {}, "approvals": [{"by": "ann"}]},
    ),
    Fact.RETIRED: Entry(fact=Fact.RETIRED, **SKILL, generation=1),
    Fact.UNMOUNTED: Entry(fact=Fact.UNMOUNTED, actor="folder", trigger="watch", **SKILL, previous=2, reason="its folder is gone"),
    Fact.REFUSED: Entry(
        fact=Fact.REFUSED, actor="folder", trigger="watch", skill="scan", digest=B, decision="refuse", outcome="denied",
        reason="the tier system is for nobody", error={"code": "policy_refused", "message": "no"},
    ),
    Fact.ROLLED_BACK: Entry(
        fact=Fact.ROLLED_BACK, actor="skillpod", trigger="trial", skill="scan", digest=B, generation=3, previous=2, previous_digest=A,
        reason="3 of its guests died",
    ),
    Fact.QUARANTINED: Entry(fact=Fact.QUARANTINED, actor="skillpod", trigger="trial", **SKILL, generation=2, reason="3 of its guests died"),
    Fact.RESUMED: Entry(fact=Fact.RESUMED, actor="ann", trigger="command", skill="scan", digest=A),
    Fact.GUEST_DIED: Entry(
        fact=Fact.GUEST_DIED, skill="scan", digest=A, generation=2, outcome="error", reason="it was killed", error={"code": "guest_died"}
    ),
    Fact.TRIED: Entry(
        fact=Fact.TRIED, actor="skillpod", trigger="hold", **SKILL, outcome="ok", duration=0.2, details={"trial": {"tests": 1}}
    ),
    Fact.APPROVED: Entry(
        fact=Fact.APPROVED, actor="ann", trigger="command", **SKILL, rule="two-people", policy=POLICY, reason="I have read it",
        details={"approval": {"by": "ann"}, "roles": ["reviewer"]},
    ),
    Fact.DENIED: Entry(fact=Fact.DENIED, actor="bob", trigger="command", **SKILL, rule="two-people", policy=POLICY, reason="nobody asked"),
    Fact.GLASS_BROKEN: Entry(fact=Fact.GLASS_BROKEN, actor="nina", trigger="command", **SKILL, rule="two-people", reason="shop is down"),
    Fact.REVIEWED: Entry(fact=Fact.REVIEWED, actor="ann", trigger="command", skill="scan", reason="needed", details={"reviewed": []}),
    Fact.ATTEMPTED: Entry(
        fact=Fact.ATTEMPTED, **SKILL, generation=2, tool="find", outcome="denied", reason="it tried to connect to evil.example",
        details={"act": "connect", "target": "evil.example", "by": "kernel"},
    ),
    Fact.NOT_ALLOWED: Entry(
        fact=Fact.NOT_ALLOWED, actor="mallory", trigger="command", skill="scan", outcome="denied", error={"code": "not_allowed"},
        details={"act": "approve", "needs": "reviewer", "roles": ["viewer"]},
    ),
    Fact.CALL: Entry(
        fact=Fact.CALL, actor="agent-7", **SKILL, tool="find", generation=2, caller={"session": "s-1", "tenant": "acme"}, outcome="error",
        arguments={"bytes": 12, "hmac": "00" * 32}, result={"bytes": 0}, duration=0.0021, usage={"wall": 0.002, "cpu": 0.001, "peak": 4096},
        error={"code": "tool_raised"}, rule="ask", details={"ticket": "t1", "approved_by": "ann"},
    ),
    Fact.CALL_ANSWERED: Entry(
        fact=Fact.CALL_ANSWERED, actor="ann", trigger="command", **SKILL, tool="find", caller={"principal": "agent-7"}, decision="approve",
        rule="ask", reason="it is fine", arguments={"bytes": 12, "digest": B}, details={"ticket": "t1", "roles": ["reviewer"]},
    ),
    Fact.LOG_BEGAN: Entry(fact=Fact.LOG_BEGAN, actor="skillpod", trigger="start", details={"origin": f"skillpod/{NODE}"}),
    Fact.LOG_DROPPED: Entry(fact=Fact.LOG_DROPPED, actor="skillpod", details={"first": 1, "last": 9, "segments": 1}),
    Fact.LOG_ERASED: Entry(fact=Fact.LOG_ERASED, actor="ann", details={"count": 3}),
    Fact.STATE: Entry(fact=Fact.STATE, actor="skillpod", details={"state": {}}),
    Fact.WITHDRAWN: Entry(fact=Fact.WITHDRAWN, outcome="error", reason="the disk is full", error={"code": "journal_unwritable"}),
}  # fmt: skip


def recorded(entry: Entry, seq: int = 1, *, ts: float | None = None) -> Recorded:
    """The entry as it is read back from its line."""
    return decode(encode(entry, seq=seq, ts=NOON + seq if ts is None else ts, node=NODE))


def log_of(*entries: Entry, start: float = NOON) -> list[Recorded]:
    """The entries as a log has them, numbered from 1, a second apart."""
    return [recorded(entry, seq, ts=start + seq) for seq, entry in enumerate(entries, 1)]


def written(directory: Path, entries: Iterable[Entry]) -> Path:
    """A journal of one segment."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [encode(entry, seq=seq, ts=NOON + seq, node=NODE) for seq, entry in enumerate(entries, 1)]
    (directory / "000001.jsonl").write_bytes(b"".join(lines))
    return directory


# --- a morning of one pod ----------------------------------------------------------------------------------------------------------

_NOTES: Mapping[str, Any] = {"skill": "notes", "version": "1.0.0", "digest": A}
_UPDATE: Mapping[str, Any] = {"skill": "notes", "version": "1.1.0", "digest": B}
_LEAVE: Mapping[str, Any] = {"tier": "write", "isolation": "jail", "decision": "admit", "rule": "two-people", "policy": POLICY}
_HELD: Mapping[str, Any] = {"decision": "hold", "outcome": "denied", "error": {"code": "approval_needed"}, "trigger": "watch"}
_AGENT: Mapping[str, Any] = {"actor": "agent-7", "caller": {"session": "s-41"}}


def _called(tool: str, generation: int, skill: Mapping[str, Any], **said: Any) -> Entry:
    return Entry(fact=Fact.CALL, tool=tool, generation=generation, **{"outcome": "ok", "duration": 0.004, **skill, **_AGENT, **said})


def _died() -> Entry:
    return Entry(
        fact=Fact.GUEST_DIED, skill="notes", digest=B, generation=2, outcome="error", reason="it was killed by signal 11",
        error={"code": "guest_died"},
    )  # fmt: skip


def _given_up() -> str:
    return "3 of its guests died, the last one: it was killed by signal 11"


MORNING: tuple[tuple[float, Entry], ...] = (
    (0, Entry(fact=Fact.POD_STARTED, trigger="start", policy=POLICY, source="/srv/skills")),
    (0, Entry(fact=Fact.RULES, actor="owner", trigger="start", policy=POLICY, details={"rules": {"policy": POLICY}})),
    (60, Entry(fact=Fact.REFUSED, actor="folder", skill="notes", digest=A, reason="May notes 1.0.0 run?", **_HELD)),
    (61, Entry(fact=Fact.TRIED, actor="skillpod", trigger="hold", **_NOTES, outcome="ok", duration=0.05)),
    (900, Entry(fact=Fact.APPROVED, actor="ann", trigger="command", **_NOTES, rule="two-people", policy=POLICY, reason="I read it all.")),
    (1500, Entry(fact=Fact.APPROVED, actor="bob", trigger="command", **_NOTES, rule="two-people", policy=POLICY, reason="I agree.")),
    (1500, Entry(fact=Fact.DESIRED, actor="bob", trigger="command", skill="notes", digest=A, source="folder")),
    (1500, Entry(fact=Fact.DECIDED, actor="bob", trigger="command", **_NOTES, **_LEAVE)),
    (1501, Entry(fact=Fact.PUBLISHED, actor="bob", trigger="command", **_NOTES, source="folder", generation=1, outcome="ok",
                 details={"approvals": [{"by": "ann"}, {"by": "bob"}]})),
    (1800, _called("keep", 1, _NOTES)),
    (1830, _called("forget", 1, _NOTES, outcome="denied", duration=0.0, rule="ask-first", details={"ticket": "q-7"},
                   error={"code": "approval_needed"})),
    (1900, Entry(fact=Fact.CALL_ANSWERED, actor="ann", trigger="command", **_NOTES, tool="forget", caller={"principal": "agent-7"},
                 decision="approve", rule="ask-first", reason="They asked me on the phone.", details={"ticket": "q-7"})),
    (1910, _called("forget", 1, _NOTES, rule="ask-first", details={"ticket": "q-7", "approved_by": "ann"})),
    (3600, Entry(fact=Fact.NOT_ALLOWED, actor="eve", trigger="command", skill="notes", outcome="denied", error={"code": "not_allowed"},
                 details={"act": "approve", "needs": "reviewer", "roles": ["viewer"]})),
    (5400, Entry(fact=Fact.DECIDED, actor="folder", trigger="watch", **_UPDATE, **_LEAVE)),
    (5401, Entry(fact=Fact.PUBLISHED, actor="folder", trigger="watch", **_UPDATE, source="folder", generation=2, previous=1,
                 previous_digest=A, outcome="ok", details={"approvals": [{"by": "ann"}, {"by": "bob"}]})),
    (5460, _called("keep", 2, _UPDATE)),
    (5500, _called("keep", 2, _UPDATE, outcome="error", error={"code": "guest_died"})),
    (5500, _died()),
    (5510, _died()),
    (5520, _died()),
    (5520, Entry(fact=Fact.QUARANTINED, actor="skillpod", trigger="trial", **_UPDATE, generation=2, reason=_given_up())),
    (5521, Entry(fact=Fact.PUBLISHED, actor="skillpod", trigger="trial", **_NOTES, source="folder", generation=3, previous=2,
                 previous_digest=B, outcome="ok", details={"approvals": [{"by": "ann"}, {"by": "bob"}]})),
    (5521, Entry(fact=Fact.ROLLED_BACK, actor="skillpod", trigger="trial", skill="notes", digest=A, generation=3, previous=2,
                 previous_digest=B, reason=_given_up())),
    (5600, _called("keep", 3, _NOTES)),
)  # fmt: skip
"""Seconds since it began, and what was written: a skill is held, approved, called; its update fails and is rolled back."""


def morning(directory: Path) -> Path:
    """A journal of that morning."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [encode(entry, seq=seq, ts=NOON + after, node=NODE) for seq, (after, entry) in enumerate(MORNING, 1)]
    (directory / "000001.jsonl").write_bytes(b"".join(lines))
    return directory
