"""A small pod with behaviour: skills in a dict, calls that compute, events to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from skillpod.errors import (
    DeadlineExceeded,
    NotAllowed,
    NothingHeld,
    PolicyRefused,
    SkillpodError,
    ToolRaised,
    UnknownCall,
    UnknownSkill,
    UnknownTool,
)
from skillpod.journal.query import Query
from skillpod.journal.report.surroundings import Sees, entries_seen, story_seen
from skillpod.model.approval import Answer
from skillpod.model.card import Card
from skillpod.model.command import NEEDS, OWNER, Caller, Command, Verb
from skillpod.model.digest import Digest
from skillpod.model.event import Event, Kind
from skillpod.model.guest import CallResult, Hear, Usage, unheard
from skillpod.model.principal import Principal, Role
from skillpod.model.selection import Selection

DIGEST = Digest("sha256:" + "ab" * 32)
OTHER = Digest("sha256:" + "cd" * 32)
CHECKPOINT = f"skillpod/pod-1\n2\n{'A' * 43}=\n\n\N{EM DASH} skillpod/pod-1 {'A' * 92}\n"
PICTURE = [{"type": "text", "text": "a picture"}, {"type": "image", "data": "iVBORw==", "mimeType": "image/png"}]
WALLS = [
    {"name": "seccomp", "state": "active", "required": True, "detail": "an allowlist of 90 system calls", "remedy": ""},
    {"name": "cgroup", "state": "unavailable", "required": False, "detail": "not delegated", "remedy": "run under systemd --user"},
]


def entry(name: str, **said: Any) -> dict[str, Any]:
    """A skill as ``skills()`` tells it."""
    return {
        "name": name,
        "state": "live",
        "version": "1.0.0",
        "description": f"What {name} does.",
        "digest": DIGEST,
        "generation": 1,
        "previous": None,
        "source": "folder",
        "mode": "follow",
        "tools": [f"{name}__echo", f"{name}__fail"],
        "tier": "read-only",
        "isolation": "jail",
        "lifetime": "call",
        "rule": "read-only-in-the-jail",
        "author": "Jane Doe",
        "publisher": "",
        "mounted_at": 1_790_000_000.0,
        "calls": 0,
        "failures": 0,
        "error": None,
        **said,
    }


class StandInPod:
    """Tools of every skill: ``echo`` returns its arguments and session, ``who`` its caller, ``when`` the conditions it fixed, ``draw``
    gives content, ``fail`` raises, ``hang`` waits until it is cancelled, ``wait`` until ``go_on``. ``denials`` are who was denied what,
    ``journal`` is where its log is."""

    def __init__(self, *names: str) -> None:
        self.entries = {name: entry(name) for name in names}
        self.commands: list[Command] = []
        self.waiting_ones: dict[str, dict[str, Any]] = {}
        self.denials: list[tuple[str, str]] = []
        self.copies: list[dict[str, Any]] = []
        self.journal = Path("/nonexistent")
        self.erasures: list[tuple[Selection, str]] = []
        self.hanging = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.waiting = asyncio.Event()
        self.go_on = asyncio.Event()
        self._listeners: set[asyncio.Queue[Event]] = set()

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def tell(self, kind: Kind, **said: Any) -> None:
        for queue in self._listeners:
            queue.put_nowait(Event(kind=kind, at=1_790_000_000.0, **said))

    def skills(self) -> list[dict[str, Any]]:
        return [self.entries[name] for name in sorted(self.entries)]

    def show(self, name: str) -> dict[str, Any]:
        properties = {"text": {"type": "string"}, "times": {"type": "integer"}}
        spec = {
            "name": "echo",
            "exported": f"{name}__echo",
            "description": "Say it again.",
            "input_schema": {"type": "object", "properties": properties, "required": ["text"]},
            "output_schema": None,
            "hints": {},
        }
        finding = {"rule": "notice.x", "severity": "notice", "file": "handler.py", "line": 3, "column": 1, "message": "hm", "fix": ""}
        return {
            **self._known(name),
            "grants": {"volumes": [], "network": [], "secrets": [], "environment": ["TZ"], "programs": []},
            "policy": OTHER,
            "config": DIGEST,
            "walls": WALLS,
            "self_test": {"open /etc/passwd": "refused"},
            "census": {"idle": 1, "busy": 0},
            "usage": {"wall": 12.4, "cpu": 3.1, "peak": 19_084_083},
            "history": [OTHER, DIGEST],
            "findings": [finding],
            "left_out": ["__pycache__"],
            "tool_specs": [spec],
        }

    def instructions(self, name: str) -> str:
        return f"# {self._known(name)['name']}\n\nUse it.\n"

    def output(self, name: str) -> str:
        return f"{self._known(name)['name']} was here\x1b[2J\n"

    def cards(self, *, caller: Caller | None = None) -> list[Card]:
        return []

    def tools(self, provider: str = "openai", *, caller: Caller | None = None, offer: str = "skills") -> list[dict[str, Any]]:
        shape = {"type": "function", "provider": provider, "offer": offer}
        return [{**shape, "name": tool} for skill in self.skills() for tool in skill["tools"]]

    def stats(self) -> dict[str, Any]:
        return {"skills": len(self.entries), "log": {"size": 7, "copies": self.copies}}

    def checkpoint(self) -> str:
        return CHECKPOINT

    async def events(self) -> AsyncIterator[Event]:
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    async def invoke(self, tool: str, arguments: Mapping[str, Any], *, caller: Caller | None = None, hear: Hear = unheard) -> CallResult:
        name, _, function = tool.partition("__")
        if name not in self.entries:
            raise UnknownTool(f"there is no tool `{tool}`", hint="`skillpod tools` lists what is callable now", at=tool)
        match function:
            case "fail":
                raise ToolRaised("boom", exception="ValueError", traceback="skill://x/handler.py:3 in fail\nValueError: boom", skill=name)
            case "slow":
                raise DeadlineExceeded("it took too long", skill=name)
            case "bug":
                raise RuntimeError("a bug of the pod's own")
            case "hang":
                await self._hang()
            case "wait":
                self.waiting.set()
                await self.go_on.wait()
        who = caller or OWNER
        if function == "who":
            said = {"principal": who.principal, "sees": list(who.sees), "roles": list(who.roles), "session": who.session}
            return CallResult(value=said, usage=Usage(), skill=name, generation=3, digest=DIGEST)
        if function == "when":
            fixed = {"now": who.conditions.now, "seed": who.conditions.seed}
            return CallResult(value=fixed, usage=Usage(), skill=name, generation=3, digest=DIGEST)
        if function == "draw":
            return CallResult(value=PICTURE, usage=Usage(), skill=name, generation=3, digest=DIGEST, is_content=True)
        value = arguments["say"] if "say" in arguments else {"arguments": dict(arguments), "session": who.session}
        return CallResult(value=value, usage=Usage(wall=0.004, cpu=0.001, peak=2**21), skill=name, generation=3, digest=DIGEST)

    async def _hang(self) -> None:
        self.hanging.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()

    def holds(self) -> list[dict[str, Any]]:
        return []

    async def held(self, name: str) -> dict[str, Any]:
        raise NothingHeld(f"nothing is held under `{name}`", skill=name)

    def reviews(self) -> list[dict[str, Any]]:
        return []

    async def log(self, query: Query, *, most: int, sees: Sees) -> list[dict[str, Any]]:
        return entries_seen(self.journal, query, most, sees)

    async def log_entry(self, number: int, *, sees: Sees) -> dict[str, Any]:
        return story_seen(self.journal, number, sees)

    def allow(self, principal: Principal, role: Role, act: str, *, skill: str = "") -> None:
        if not principal.may(role):
            raise self.denied(principal, act, f"that asks for {role.value}")
        if skill and not principal.may_see(skill):
            raise UnknownSkill(f"there is no skill `{skill}`", hint="`skillpod list` shows what there is", skill=skill)

    def denied(self, principal: Principal, act: str, why: str) -> SkillpodError:
        self.denials.append((principal.name, act))
        return NotAllowed(f"`{principal.name}` may not {act}: {why}")

    def waiting_calls(self, principal: Principal) -> list[dict[str, Any]]:
        self.allow(principal, Role.REVIEWER, "see what calls wait")
        return list(self.waiting_ones.values())

    async def answer_call(self, id_: str, answer: Answer, *, principal: Principal, reason: str = "") -> dict[str, Any]:
        self.allow(principal, Role.REVIEWER, f"{answer.value} a call")
        if id_ not in self.waiting_ones:
            raise UnknownCall(f"no call `{id_}` waits for an answer", at="id")
        self.waiting_ones[id_].update(answer=answer.value, by=principal.name, reason=reason, left=600.0)
        return self.waiting_ones[id_]

    async def erase_salts(self, selection: Selection, *, principal: Principal, reason: str = "") -> dict[str, Any]:
        self.allow(principal, Role.ADMIN, "erase salts of the log")
        self.erasures.append((selection, reason))
        return {"entry": 12, "salts": len(selection.entries)}

    async def execute(self, command: Command) -> dict[str, Any]:
        self.allow(command.principal, NEEDS[command.verb], command.verb.value, skill=command.name or command.path.rpartition("/")[2])
        self.commands.append(command)
        if command.verb is Verb.MOUNT:
            name = command.path.rpartition("/")[2]
            if name == "denied":
                raise PolicyRefused(
                    "the policy refuses it", hint="ask", skill=name, reasons=[SkillpodError("one"), SkillpodError("two", at="x.py:1:1")]
                )
            self.entries[name] = entry(name)
            return self.entries[name]
        skill = self._known(command.name)
        if command.verb is Verb.UNMOUNT:
            skill.update(state="absent", tools=[], version="", digest="", mode="absent")
        return skill

    def _known(self, name: str) -> dict[str, Any]:
        if name not in self.entries:
            raise UnknownSkill(f"there is no skill `{name}`", hint="`skillpod list` shows what there is", skill=name)
        return self.entries[name]
