"""An entry as an event of the Open Cybersecurity Schema Framework. Pure.

``VERSION`` is the oldest release that has every class and attribute used here; the tests check each event against it and against the
newest. Which class stands for which fact, and why, is said in docs/log.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.journal.entry import Recorded, timestamp
from skillpod.journal.report.meaning import FACTS
from skillpod.journal.report.weight import weight
from skillpod.model.entry import Entry, Fact
from skillpod.model.names import exported_name

VERSION = "1.3.0"

_OTHER = 99
_SUCCESS, _FAILURE = 1, 2
_FAILED = frozenset({"error", "denied", "timeout", "cancelled"})
_PLACED = frozenset({"v", "seq", "ts", "node", "fact", "reason", "outcome", "duration"})
"""Keys of a line that every event has a place for."""

Attributes = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One class of the schema: ``attributes`` makes what it wants beside what all have, from the ``placed`` keys of a line."""

    uid: int
    category: int
    attributes: Callable[[Recorded], Attributes]
    placed: frozenset[str] = frozenset()
    profiles: tuple[str, ...] = ()


# --- the classes -------------------------------------------------------------------------------------------------------------------


def _skill(entry: Entry) -> Attributes:
    """The skill as a ``product`` or ``service``: its digest is its identity."""
    shape = {"name": entry.skill, "version": entry.version, "uid": entry.digest}
    return {key: value for key, value in shape.items() if value}


def _api(recorded: Recorded) -> Attributes:
    entry = recorded.entry
    operation = exported_name(entry.skill, entry.tool) if entry.tool else str(entry.details.get("act", entry.fact.value))
    service = {"service": _skill(entry)} if entry.skill else {}
    code, message = entry.error.get("code"), entry.error.get("message")
    response = {key: str(value) for key, value in (("error", code), ("error_message", message)) if value}
    return {
        "actor": _actor(entry),
        "api": {"operation": operation, "request": {"uid": str(recorded.seq)}, **service, **({"response": response} if response else {})},
        "src_endpoint": {"svc_name": "skillpod", "name": recorded.node},  # the door's side: the log does not say where a caller sits
    }


def _lifecycle(recorded: Recorded) -> Attributes:
    entry = recorded.entry
    app = {"vendor_name": "skillpod", **_skill(entry)} if entry.skill else {"vendor_name": "skillpod", "name": "skillpod"}
    return {"app": app, **_acting(entry)}


def _entity(recorded: Recorded) -> Attributes:
    entry = recorded.entry
    kind, shape = ("skill", _skill(entry)) if entry.skill else ("policy", {"name": "policy", "uid": entry.policy or "none"})
    return {"entity": {"type": kind, **shape}, **_acting(entry)}


def _finding(recorded: Recorded) -> Attributes:
    entry = recorded.entry
    return {
        "finding_info": {
            "title": entry.reason or FACTS[entry.fact],
            "uid": f"{recorded.node}/{recorded.seq}",
            "created_time": _milliseconds(recorded),
        },
        **({"resources": [{"type": "skill", **_skill(entry)}]} if entry.skill else {}),
        **_acting(entry),
    }


def _nothing(recorded: Recorded) -> Attributes:
    return {}


def _acting(entry: Entry) -> Attributes:
    return {"actor": _actor(entry)} if entry.actor else {}


def _actor(entry: Entry) -> Attributes:
    session = entry.caller.get("session")
    return {"user": {"name": entry.actor or "nobody"}, **({"session": {"uid": str(session)}} if session else {})}


_HOST = ("host",)  # the profile by which these classes have an actor
_OF_SKILLS = frozenset({"actor", "skill", "version", "digest"})
API = Class(uid=6003, category=6, attributes=_api, placed=_OF_SKILLS | {"tool"})
LIFECYCLE = Class(uid=6002, category=6, attributes=_lifecycle, placed=_OF_SKILLS, profiles=_HOST)
ENTITY = Class(uid=3004, category=3, attributes=_entity, placed=_OF_SKILLS, profiles=_HOST)
FINDING = Class(uid=2004, category=2, attributes=_finding, placed=_OF_SKILLS, profiles=_HOST)
BASE = Class(uid=0, category=0, attributes=_nothing)

_INSTALL, _REMOVE, _START, _STOP, _ENABLE, _DISABLE, _UPDATE = 1, 2, 3, 4, 6, 7, 8

EVENTS: Mapping[Fact, tuple[Class, int]] = {
    Fact.CALL: (API, _OTHER),
    Fact.NOT_ALLOWED: (API, _OTHER),
    Fact.POD_STARTED: (LIFECYCLE, _START),
    Fact.POD_STOPPED: (LIFECYCLE, _STOP),
    Fact.DESIRED: (LIFECYCLE, _OTHER),
    Fact.DECIDED: (LIFECYCLE, _OTHER),
    Fact.PUBLISHED: (LIFECYCLE, _INSTALL),
    Fact.REFUSED: (LIFECYCLE, _INSTALL),
    Fact.RETIRED: (LIFECYCLE, _STOP),
    Fact.UNMOUNTED: (LIFECYCLE, _REMOVE),
    Fact.ROLLED_BACK: (LIFECYCLE, _UPDATE),
    Fact.QUARANTINED: (LIFECYCLE, _DISABLE),
    Fact.RESUMED: (LIFECYCLE, _ENABLE),
    Fact.GUEST_DIED: (LIFECYCLE, _STOP),
    Fact.TRIED: (LIFECYCLE, _OTHER),
    Fact.RULES: (ENTITY, 3),  # Update
    Fact.APPROVED: (ENTITY, _OTHER),
    Fact.DENIED: (ENTITY, _OTHER),
    Fact.GLASS_BROKEN: (ENTITY, _OTHER),
    Fact.REVIEWED: (ENTITY, _OTHER),
    Fact.CALL_ANSWERED: (ENTITY, _OTHER),
    Fact.ATTEMPTED: (FINDING, 1),  # Create
    Fact.LOG_BEGAN: (BASE, _OTHER),
    Fact.LOG_DROPPED: (BASE, _OTHER),
    Fact.LOG_ERASED: (BASE, _OTHER),
    Fact.STATE: (BASE, _OTHER),
    Fact.WITHDRAWN: (BASE, _OTHER),
}


# --- the event ---------------------------------------------------------------------------------------------------------------------


def line(recorded: Recorded, *, version: str) -> str:
    """The event as one line of JSON, ASCII only, with its newline. ``version`` is ours."""
    return json.dumps(event(recorded, version=version), separators=(",", ":"), ensure_ascii=True, default=dict) + "\n"


def event(recorded: Recorded, *, version: str) -> Attributes:
    """The event of an entry. What the schema has no place for is in ``unmapped``, under the keys of the line."""
    entry = recorded.entry
    kind, activity = EVENTS[entry.fact]
    if entry.fact is Fact.PUBLISHED and entry.previous:
        activity = _UPDATE
    placed = _PLACED | kind.placed | ({"error"} if set(entry.error) <= {"code"} else set())  # its code has a place, and its words have none
    left = {key: value for key, value in recorded.as_dict().items() if key not in placed}
    return {
        "category_uid": kind.category,
        "class_uid": kind.uid,
        "activity_id": activity,
        **({"activity_name": entry.fact.value} if activity == _OTHER else {}),
        "type_uid": kind.uid * 100 + activity,
        "severity_id": int(weight(entry)),
        "time": _milliseconds(recorded),
        "message": entry.reason or str(entry.error.get("message", "")) or FACTS[entry.fact],
        **_status(entry),
        **({"duration": round(entry.duration * 1000)} if entry.duration else {}),
        "metadata": _metadata(recorded, kind, version),
        **kind.attributes(recorded),
        **({"unmapped": left} if left else {}),
    }


def _metadata(recorded: Recorded, kind: Class, version: str) -> Attributes:
    tenant = recorded.entry.caller.get("tenant")
    return {
        "version": VERSION,
        "product": {"name": "skillpod", "vendor_name": "skillpod", "version": version},
        "uid": f"{recorded.node}/{recorded.seq}",
        "sequence": recorded.seq,
        "event_code": recorded.entry.fact.value,
        "log_name": "journal",
        "original_time": timestamp(recorded.ts),
        **({"profiles": list(kind.profiles)} if kind.profiles else {}),
        **({"tenant_uid": str(tenant)} if tenant else {}),
    }


def _status(entry: Entry) -> Attributes:
    code = entry.error.get("code")
    if not entry.outcome and not code:
        return {}
    if entry.outcome in _FAILED or code:
        detail = {"status_code": str(code)} if code else {}
        return {"status_id": _FAILURE, "status_detail": entry.reason or entry.outcome, **detail}
    return {"status_id": _SUCCESS} if entry.outcome == "ok" else {"status_id": 0}


def _milliseconds(recorded: Recorded) -> int:
    return round(recorded.ts * 1000)
