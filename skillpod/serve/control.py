"""The control API: HTTP on HOME/pod.sock, for its owner and for who shows a token there. Every request becomes one call of the pod, every
error one JSON object.

To look asks for the role viewer, a command for the role that ``model.command.NEEDS`` names, to answer for calls reviewer; to use tools
asks for none.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from math import inf
from types import MappingProxyType
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from skillpod.errors import ArgumentsInvalid, CommandInvalid, PodUnreachable, SkillpodError
from skillpod.journal.terms import NAMES, query_of
from skillpod.model.approval import Answer
from skillpod.model.command import OWNER, Caller, Command, Verb
from skillpod.model.conditions import Conditions, chance, moment
from skillpod.model.event import Event
from skillpod.model.principal import Principal, Role
from skillpod.model.selection import Selection
from skillpod.serve.answers import answer
from skillpod.serve.entrance import caller_of, principal_of
from skillpod.serve.pod import Pod

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes of a request's body; more is refused while it is being read."""

REASON_LIMIT = 1000
"""Characters of a person's reason: it is kept in the journal for ever."""

LOG_LIMIT = 1000
"""Entries of the log that are told at once."""

_TO_CALLS = {answer.value: answer for answer in (Answer.APPROVE, Answer.DENY)}
_OPTIONS: Mapping[Verb, tuple[frozenset[str], frozenset[str]]] = {  # verb -> (required, optional)
    Verb.MOUNT: (frozenset({"path"}), frozenset({"config"})),
    Verb.UNMOUNT: (frozenset({"name"}), frozenset()),
    Verb.RELOAD: (frozenset({"name"}), frozenset()),
    Verb.ROLLBACK: (frozenset({"name"}), frozenset({"to"})),
    Verb.RESUME: (frozenset({"name"}), frozenset()),
    Verb.APPROVE: (frozenset({"name", "to", "reason"}), frozenset({"lasts"})),
    Verb.DENY: (frozenset({"name", "to", "reason"}), frozenset()),
    Verb.BREAK_GLASS: (frozenset({"name", "to", "reason"}), frozenset({"lasts"})),
    Verb.REVIEW: (frozenset({"name", "reason"}), frozenset()),
}


_Result = TypeVar("_Result")


# --- the application ---------------------------------------------------------------------------------------------------------------


def build_app(pod: Pod, *, stopping: asyncio.Event, doors: Mapping[str, Any] = MappingProxyType({})) -> Starlette:
    """The routes of the control API over one pod. Event streams end when ``stopping`` is set; ``doors`` is told with the stats."""
    door = _Door(pod, stopping, doors)
    return Starlette(
        routes=[
            Route("/v1/skills", door.skills, methods=["GET"]),
            Route("/v1/skills/{name}", door.show, methods=["GET"]),
            Route("/v1/skills/{name}/instructions", door.instructions, methods=["GET"]),
            Route("/v1/skills/{name}/output", door.output, methods=["GET"]),
            Route("/v1/holds", door.holds, methods=["GET"]),
            Route("/v1/holds/{name}", door.held, methods=["GET"]),
            Route("/v1/reviews", door.reviews, methods=["GET"]),
            Route("/v1/log", door.log, methods=["GET"]),
            Route("/v1/tools", door.tools, methods=["GET"]),
            Route("/v1/stats", door.stats, methods=["GET"]),
            Route("/v1/log/checkpoint", door.checkpoint, methods=["GET"]),
            Route("/v1/events", door.events, methods=["GET"]),
            Route("/v1/calls", door.call, methods=["POST"]),
            Route("/v1/commands", door.command, methods=["POST"]),
            Route("/v1/waiting", door.waiting, methods=["GET"]),
            Route("/v1/waiting/{id}", door.answer, methods=["POST"]),
            Route("/v1/log/erase", door.erase, methods=["POST"]),
            Route("/v1/log/{number}", door.log_entry, methods=["GET"]),  # after the others: any word fits
        ],
        exception_handlers={
            SkillpodError: _refuse,
            HTTPException: _no_route,
            ClientDisconnect: _nobody,
            Exception: _admit_bug,
        },
    )


class _Door:
    def __init__(self, pod: Pod, stopping: asyncio.Event, doors: Mapping[str, Any]) -> None:
        self._pod = pod
        self._stopping = stopping
        self._doors = doors
        self._reading = asyncio.Lock()  # one question to the log at a time: it may read all of it

    async def skills(self, request: Request) -> Response:
        principal = self._viewer(request, "list skills")
        _query(request, allowed=frozenset())
        return _json({"skills": [skill for skill in self._pod.skills() if principal.may_see(skill["name"])]})

    async def show(self, request: Request) -> Response:
        return _json(self._pod.show(self._looked_at(request)))

    async def instructions(self, request: Request) -> Response:
        name = self._looked_at(request)
        return _json({"name": name, "instructions": self._pod.instructions(name)})

    async def output(self, request: Request) -> Response:
        name = self._looked_at(request)
        return _json({"name": name, "output": self._pod.output(name)})

    async def holds(self, request: Request) -> Response:
        principal = self._viewer(request, "list what is held")
        _query(request, allowed=frozenset())
        return _json({"holds": [held for held in self._pod.holds() if principal.may_see(held["name"])]})

    async def held(self, request: Request) -> Response:
        return _json(await self._unless_stopped(self._pod.held(self._looked_at(request))))

    async def reviews(self, request: Request) -> Response:
        principal = self._viewer(request, "list what is to be reviewed")
        _query(request, allowed=frozenset())
        return _json({"reviews": [broken for broken in self._pod.reviews() if principal.may_see(broken["subject"]["skill"])]})

    async def log(self, request: Request) -> Response:
        principal = self._viewer(request, "read the log")
        _query(request, allowed=frozenset({*NAMES, "limit"}))
        terms = {name: request.query_params.getlist(name) for name in NAMES}
        query, most = query_of(terms, now=time.time(), place="query.{}"), _limit(request.query_params.get("limit", "100"))
        async with self._reading:
            entries = await self._unless_stopped(self._pod.log(query, most=most, sees=_sight(principal)))
        return _json({"entries": entries})

    async def log_entry(self, request: Request) -> Response:
        principal = self._viewer(request, "read the log")
        _query(request, allowed=frozenset())
        async with self._reading:
            story = await self._unless_stopped(self._pod.log_entry(_entry_number(request.path_params["number"]), sees=_sight(principal)))
        return _json(story)

    async def tools(self, request: Request) -> Response:
        options = _query(request, allowed=frozenset({"format", "offer"}))
        format, offer = options.get("format", "openai"), options.get("offer", "skills")
        return _json({"tools": self._pod.tools(format, caller=caller_of(request), offer=offer)})

    async def stats(self, request: Request) -> Response:
        principal = self._viewer(request, "see the pod's counts")
        _query(request, allowed=frozenset())
        if not principal.sees_all:
            raise self._pod.denied(principal, "see the pod's counts", "they are of all skills, and it sees some")
        return _json({**self._pod.stats(), "doors": self._doors})

    async def checkpoint(self, request: Request) -> Response:
        self._viewer(request, "see the log's checkpoint")  # it says how many entries there are, and nothing of any skill
        _query(request, allowed=frozenset())
        return Response(self._pod.checkpoint(), media_type="text/plain; charset=utf-8")

    async def events(self, request: Request) -> Response:
        principal = self._viewer(request, "follow events")
        _query(request, allowed=frozenset())
        return _EventStream(self._pod.events(), self._stopping, lambda event: principal.sees_all or _is_for(event, principal))

    def _viewer(self, request: Request, act: str, *, skill: str = "") -> Principal:
        principal = principal_of(request)
        self._pod.allow(principal, Role.VIEWER, act, skill=skill)
        return principal

    def _looked_at(self, request: Request) -> str:
        """The skill that a request names, once whoever sent it may look and sees it. Raises NotAllowed, UnknownSkill."""
        name: str = request.path_params["name"]
        self._viewer(request, "look at a skill", skill=name)
        _query(request, allowed=frozenset())
        return name

    async def call(self, request: Request) -> Response:
        body = await _body(request)
        _fields(body, required=frozenset({"tool"}), optional=frozenset({"arguments", "caller", "now", "seed"}))
        tool, arguments = _text(body, "tool"), body.get("arguments", {})
        if not isinstance(arguments, dict):
            raise ArgumentsInvalid(
                f"the arguments of a call are a JSON object, not {_kind(arguments)}",
                at="arguments",
                hint='send the parameters by name, as in {"text": "hello"}',
            )
        work = self._pod.invoke(tool, arguments, caller=_under(self._caller(request, body), body))
        result = await self._unless_stopped(_unless_gone(request.receive, work))
        return _json(
            {
                "value": result.value,
                "usage": result.usage.as_dict(),
                "skill": result.skill,
                "generation": result.generation,
                "digest": result.digest,
                "is_content": result.is_content,
            }
        )

    def _caller(self, request: Request, body: Mapping[str, Any]) -> Caller:
        """Who calls: whoever asks, in the session and tenant that the body names. The owner may call as somebody else, who then has no
        role; nobody may call as somebody else with a token."""
        asking, said = caller_of(request), body.get("caller")
        if said is None:
            return asking
        if not isinstance(said, dict):
            raise CommandInvalid(f"caller is a JSON object, not {_kind(said)}", at="caller")
        _fields(said, required=frozenset(), optional=frozenset({"principal", "session", "tenant"}), at="caller.")
        name, session, tenant = (_text(said, key) for key in ("principal", "session", "tenant"))
        if name in ("", asking.principal):
            return replace(asking, session=session, tenant=tenant)
        if asking.principal != OWNER.principal:
            raise self._pod.denied(principal_of(request), "call as somebody else", "a token is one caller's")
        return Caller(principal=name, session=session, tenant=tenant)

    async def command(self, request: Request) -> Response:
        command = _command(await _body(request), principal=principal_of(request))
        return _json(await self._unless_stopped(self._pod.execute(command)))

    async def waiting(self, request: Request) -> Response:
        _query(request, allowed=frozenset())
        return _json({"calls": self._pod.waiting_calls(principal_of(request))})

    async def answer(self, request: Request) -> Response:
        body = await _body(request)
        _fields(body, required=frozenset({"answer"}), optional=frozenset({"reason"}))
        word, reason = _text(body, "answer"), _reason(body)
        if word not in _TO_CALLS:
            raise CommandInvalid(f"`{word}` is no answer to a call", at="answer", hint=_known(frozenset(_TO_CALLS)))
        work = self._pod.answer_call(request.path_params["id"], _TO_CALLS[word], principal=principal_of(request), reason=reason)
        return _json(await self._unless_stopped(work))

    async def erase(self, request: Request) -> Response:
        body = await _body(request)
        _fields(body, required=frozenset(), optional=frozenset({"skill", "tool", "actor", "since", "until", "entries", "reason"}))
        entries = body.get("entries", [])
        if not isinstance(entries, list) or not all(type(each) is int for each in entries):
            raise CommandInvalid("entries is a list of the numbers of entries", at="entries")
        selection = Selection(
            skill=_text(body, "skill"),
            tool=_text(body, "tool"),
            actor=_text(body, "actor"),
            since=_number(body, "since", 0.0),
            until=_number(body, "until", inf),
            entries=frozenset(entries),
        )
        work = self._pod.erase_salts(selection, principal=principal_of(request), reason=_reason(body))
        return _json(await self._unless_stopped(work))

    async def _unless_stopped(self, work: Awaitable[_Result]) -> _Result:
        """What ``work`` gives. Raises PodUnreachable when the pod stopped and could not wait for it."""
        try:
            return await work
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            raise PodUnreachable("the pod stopped before this was done", hint="it is not done again by itself") from None


def _sight(principal: Principal) -> Callable[[str], bool]:
    """Which skills' entries are there for it: who does not see all does not see what is of no skill."""
    return lambda skill: principal.sees_all or (skill != "" and principal.may_see(skill))


def _is_for(event: Event, principal: Principal) -> bool:
    """Whether it is of a skill that a principal sees, who does not see all."""
    return event.skill != "" and principal.may_see(event.skill)


# --- what comes in -----------------------------------------------------------------------------------------------------------------


def _query(request: Request, *, allowed: frozenset[str]) -> Mapping[str, str]:
    unknown = sorted(set(request.query_params) - allowed)
    if unknown:
        raise CommandInvalid(f"unknown query parameter `{unknown[0]}`", at=f"query.{unknown[0]}", hint=_known(allowed))
    return dict(request.query_params)


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6 and 0 < int(text) <= LOG_LIMIT):
        raise CommandInvalid(f"`{text[:20]}` is no number from 1 to {LOG_LIMIT}", at="query.limit", hint="ask for older ones with `until`")
    return int(text)


def _entry_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise CommandInvalid(f"`{text[:20]}` is no number of an entry", at="number", hint="`GET /v1/log` has them, as `seq`")
    return int(text)


async def _body(request: Request) -> dict[str, Any]:
    """The request's JSON object, read to no more than BODY_LIMIT."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_LIMIT:
            raise CommandInvalid(f"the request is larger than {BODY_LIMIT // 2**20} MiB", at="body")
    try:
        body = json.loads(received, parse_constant=_not_json, object_pairs_hook=_object)
    except RecursionError:
        raise CommandInvalid("the request is nested too deeply", at="body") from None
    except ValueError as fault:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise CommandInvalid(f"the request is not JSON: {fault}", at="body") from None
    if not isinstance(body, dict):
        raise CommandInvalid(f"the request is a JSON object, not {_kind(body)}", at="body")
    return body


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return made


def _under(caller: Caller, body: Mapping[str, Any]) -> Caller:
    """The caller, under the conditions that the body fixes."""
    fixed: dict[str, Any] = {}
    for name, read in (("now", moment), ("seed", chance)):
        try:
            fixed |= {name: read(body[name])} if name in body else {}
        except ValueError as fault:
            raise CommandInvalid(str(fault), at=name) from None
    return replace(caller, conditions=Conditions(**fixed)) if fixed else caller


def _command(body: Mapping[str, Any], *, principal: Principal) -> Command:
    word = _text(body, "verb")
    try:
        verb = Verb(word)
    except ValueError:
        raise CommandInvalid(f"unknown verb `{word}`", at="verb", hint=_known(frozenset(known.value for known in Verb))) from None
    required, optional = _OPTIONS[verb]
    _fields(body, required=required | {"verb"}, optional=optional)
    path = _text(body, "path")
    if path and not os.path.isabs(path):
        raise CommandInvalid("the path of a mount is absolute", at="path", hint="the pod may run in another directory than you")
    config = body.get("config")
    if config is not None and not isinstance(config, dict):
        raise CommandInvalid(f"config is a JSON object, not {_kind(config)}", at="config")
    lasts = body.get("lasts", 0)
    if type(lasts) not in (int, float) or not 0 <= lasts < float("inf"):
        raise CommandInvalid(f"lasts is a number of seconds, not {_kind(lasts)}", at="lasts")
    return Command(
        verb=verb,
        principal=principal,
        name=_text(body, "name"),
        path=path,
        to=_text(body, "to"),
        config=config,
        reason=_text(body, "reason"),
        lasts=float(lasts),
    )


def _fields(body: Mapping[str, Any], *, required: frozenset[str], optional: frozenset[str], at: str = "") -> None:
    unknown = sorted(set(body) - required - optional)
    if unknown:
        raise CommandInvalid(f"unknown key `{unknown[0]}`", at=at + unknown[0], hint=_known(required | optional))
    missing = sorted(required - set(body))
    if missing:
        raise CommandInvalid(f"`{missing[0]}` is missing", at=at + missing[0])


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str):
        raise CommandInvalid(f"`{key}` is a string, not {_kind(value)}", at=key)
    return value


def _reason(body: Mapping[str, Any]) -> str:
    reason = _text(body, "reason")
    if len(reason) > REASON_LIMIT:
        raise CommandInvalid(f"a reason has at most {REASON_LIMIT} characters", at="reason")
    return reason


def _number(body: Mapping[str, Any], key: str, otherwise: float) -> float:
    value = body.get(key, otherwise)
    if type(value) not in (int, float):
        raise CommandInvalid(f"{key} is a number of seconds, not {_kind(value)}", at=key)
    return float(value)


def _known(words: frozenset[str]) -> str:
    return f"known here: {', '.join(sorted(words))}" if words else "nothing is accepted here"


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


# --- what goes out -----------------------------------------------------------------------------------------------------------------


def _json(value: Any, status: int = 200) -> Response:
    # ASCII, so that a lone surrogate in a skill's string is an escape and not an encoding error.
    text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=dict)  # frozen mappings are objects too
    return Response(text, status_code=status, media_type="application/json")


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, SkillpodError):
        raise error
    return _json(error.as_dict(), answer(error).status)


async def _no_route(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    refusal = CommandInvalid(f"{request.method} {request.url.path} is not part of the control API", hint="docs/cli.md lists the routes")
    return _json(refusal.as_dict(), error.status_code)


async def _nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=499)  # nginx's number for it; it reaches nobody


async def _admit_bug(request: Request, error: Exception) -> Response:
    # Starlette raises it again after this answer, and uvicorn logs it with its traceback on the pod's stderr.
    bug = SkillpodError("the pod itself failed", hint="see what it says on stderr, and please report it")
    return _json(bug.as_dict(), answer(bug).status)


async def _unless_gone(receive: Receive, work: Coroutine[Any, Any, _Result]) -> _Result:
    """What ``work`` gives; it is cancelled when the client goes away, for nobody waits for it any more."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        await _cancel({working, gone})


class _EventStream(Response):
    """One JSON line an event, until the client goes, the events end or the pod stops. The subscription is closed in every case."""

    def __init__(self, events: AsyncIterator[Event], stopping: asyncio.Event, wanted: Callable[[Event], bool]) -> None:
        super().__init__(media_type="application/x-ndjson")
        del self.headers["content-length"]  # its length is not known: it is sent in chunks
        self._events = events
        self._stopping = stopping
        self._wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        coming = asyncio.ensure_future(_next(self._events))
        endings = {asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(self._stopping.wait())}
        try:
            await asyncio.sleep(0)  # the subscription has begun before the client sees that it has
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send(_chunk(b""))
            while True:
                await asyncio.wait({coming, *endings}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done() or (event := coming.result()) is None:
                    break
                coming = asyncio.ensure_future(_next(self._events))
                if self._wanted(event):
                    await send(_chunk(json.dumps(event.as_dict(), separators=(",", ":"), default=dict).encode() + b"\n"))
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            return  # the pod stops and this listener does not read: nothing more can be told it
        finally:
            await _cancel({coming, *endings})
            await _close(self._events)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _chunk(content: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": True}


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cancel(tasks: set[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _close(events: AsyncIterator[Event]) -> None:
    aclose = getattr(events, "aclose", None)  # an async generator has one; a plain iterator need not
    if aclose is not None:
        await aclose()
