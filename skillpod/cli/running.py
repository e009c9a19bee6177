"""A pod that runs until it is told to end: its doors opened, its events told, its signals heard, its calls drained."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

from skillpod.cli import news, render
from skillpod.cli.faults import Line
from skillpod.cli.greeting import Greeting
from skillpod.cli.news import Level
from skillpod.cli.options import Places
from skillpod.errors import PolicyUnreadable
from skillpod.intake.watch import Observation
from skillpod.manager import SkillManager
from skillpod.model.event import Event
from skillpod.serve import bridge
from skillpod.serve.address import HttpAddress
from skillpod.serve.answers import Exit
from skillpod.serve.doors import Doors, mcp_missing, open_doors
from skillpod.serve.http import Listening, bind
from skillpod.serve.tokens import Tokens

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HURRY = 0.5
"""Seconds that each step of stopping has once it was asked for twice."""
SETTLING = 60.0
"""Seconds that the folders found at the start have before the summary is told without them."""
FIRST_LOOK = 5.0
"""Seconds that a client over stdio waits, at most, for the folders that are there."""
LAST_WORDS = 2.0
"""Seconds that a client has to read what it was answered, when the pod ends before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What ``serve`` was asked for. ``http`` is an address somebody named, ``streams`` a client's stdin and stdout to serve."""

    http: HttpAddress | None = None
    has_http: bool = True
    names: tuple[str, ...] = ()
    is_polling: bool = False
    is_json: bool = False
    streams: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Voice:
    """How a pod tells: ``say`` what is for a person, ``tell`` an event."""

    say: Callable[[Level, Line], None]
    tell: Callable[[Event], None]


def run_pod(places: Places, asked: Asked) -> Exit:
    """Run a pod until a signal, or the end of its client. Raises what ``SkillManager.start`` raises, and PackageMissing, DoorUnguarded,
    AddressUnusable before anything is started."""
    voice = _voice(asked)
    greeting = Greeting(places, voice.say)
    missing = mcp_missing()
    if missing is not None and (asked.http is not None or asked.streams is not None):
        raise missing
    listening = None
    if asked.has_http and missing is None:
        listening = bind(asked.http, tokens=Tokens(places.home), names=asked.names)
    observation = Observation.POLLING if asked.is_polling else None
    pod = SkillManager(places.skills, home=places.home, policies=places.policies, policy=places.policy, observation=observation)
    try:
        greeting.starting()
        if missing is not None and asked.has_http:
            greeting.without_mcp(missing)
        return asyncio.run(_Run(pod, greeting, voice, listening, asked).run())
    finally:
        if listening is not None:
            listening.socket.close()


class _Signals:
    """What the operator asked for: to end, and then not to wait for it."""

    def __init__(self) -> None:
        self.ending = asyncio.Event()
        self.hurry = asyncio.Event()
        for number in SIGNALS:
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # nohup(1): it is to outlive its terminal
            asyncio.get_running_loop().add_signal_handler(number, self._take)

    def _take(self) -> None:
        (self.hurry if self.ending.is_set() else self.ending).set()


class _Run:
    def __init__(self, pod: SkillManager, greeting: Greeting, voice: _Voice, listening: Listening | None, asked: Asked) -> None:
        self._pod = pod
        self._greeting = greeting
        self._voice = voice
        self._listening = listening
        self._asked = asked

    async def run(self) -> Exit:
        signals = _Signals()
        pod = self._pod
        await pod.start()
        if self._listening is not None and not self._listening.address.is_loopback:
            try:
                pod.serve_others()
            except PolicyUnreadable:
                await pod.stop()
                raise
        telling = asyncio.create_task(_tell_all(pod.events(), self._voice.tell))
        summing = asyncio.create_task(self._sum_up())
        for work in (telling, summing):  # nobody reads what is told any more: `skillpod serve | head`
            work.add_done_callback(lambda done: signals.ending.set() if _has_failed(done) else None)
        try:
            async with AsyncExitStack() as stack:
                doors = await stack.enter_async_context(
                    open_doors(pod, pod.home.path, listening=self._listening, limits=lambda: pod.config.http)
                )
                if doors.http is not None:
                    self._greeting.opened(doors.http)
                if self._asked.streams is not None:
                    await self._first_look(signals.ending)
                client = _serve_streams(doors, self._asked.streams, signals.ending)
                await signals.ending.wait()
                summing.cancel()
                if not telling.done():
                    self._greeting.stopping()
                await _finish(stack.aclose(), signals.hurry)
        finally:
            await _finish(pod.stop(), signals.hurry)
        await telling
        if _has_failed(summing):
            await summing
        if client is not None:
            await asyncio.wait({client}, timeout=LAST_WORDS)
        return Exit.INTERRUPTED if signals.hurry.is_set() else Exit.DONE

    async def _first_look(self, ending: asyncio.Event) -> None:
        """A client that lists its tools once is to find those of the folders that are there: it waits for them, but not for long."""
        settled, ended = asyncio.ensure_future(self._pod.settled(FIRST_LOOK)), asyncio.ensure_future(ending.wait())
        await asyncio.wait({settled, ended}, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (settled, ended):
            waiting.cancel()
        await asyncio.gather(settled, ended, return_exceptions=True)

    async def _sum_up(self) -> None:
        with suppress(TimeoutError):
            await self._pod.settled(SETTLING)
        self._greeting.settled(self._pod)


def _serve_streams(doors: Doors, streams: tuple[int, int] | None, ended: asyncio.Event) -> asyncio.Future[None] | None:
    """Join a client's stdin and stdout to this pod's own MCP door; ``ended`` is set when the client has ended. Done when all is written."""
    if streams is None:
        return None
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    doors.converse(ours)
    done: asyncio.Future[None] = loop.create_future()

    def carry() -> None:
        with theirs:
            bridge.pump(theirs, source=streams[0], sink=streams[1])
        with suppress(RuntimeError):  # the loop has ended: it waits for nothing
            loop.call_soon_threadsafe(finish)

    def finish() -> None:
        ended.set()
        if not done.done():
            done.set_result(None)

    threading.Thread(target=carry, name="to the client", daemon=True).start()
    return done


async def _finish(work: Coroutine[Any, Any, None], hurry: asyncio.Event) -> None:
    """Wait until ``work`` is done; once ``hurry`` is set, for HURRY seconds more, and then cancel it."""
    working, hurried = asyncio.ensure_future(work), asyncio.ensure_future(hurry.wait())
    await asyncio.wait({working, hurried}, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    await asyncio.wait({working}, timeout=HURRY)
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
    if not working.cancelled():
        working.result()


def _has_failed(work: asyncio.Task[None]) -> bool:
    return work.done() and not work.cancelled() and work.exception() is not None


# --- how it is told ----------------------------------------------------------------------------------------------------------------


async def _tell_all(events: AsyncIterator[Event], tell: Callable[[Event], None]) -> None:
    async for event in events:
        tell(event)


def _voice(asked: Asked) -> _Voice:
    if asked.streams is not None:
        return _Voice(_warn, lambda event: _warn(news.level(event), news.log_line(event)))
    if asked.is_json:
        return _Voice(lambda level, line: None, lambda event: render.record(event.as_dict()))  # a machine wants no greeting
    if sys.stdout.isatty():
        return _Voice(lambda level, line: render.line(*line), _show)
    return _Voice(_log, lambda event: _log(news.level(event), news.log_line(event), at=event.at))


def _show(event: Event) -> None:
    for spans in news.lines(event):
        render.line(*spans)


def _log(level: Level, line: Line, *, at: float | None = None) -> None:
    render.line(news.stamp(level, time.time() if at is None else at), *line)


def _warn(level: Level, line: Line) -> None:
    """Of a pod behind a client's server only what needs a person: many clients show stderr as faults."""
    if level is not Level.INFO:
        render.note(news.stamp(level, time.time()), *line)
