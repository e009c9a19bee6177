"""The guest's program: takes a bundle's bytes off the wire, loads them, says what tools it found, and answers calls until it is killed.

It runs after every wall is up. What it promises the host is only what the host checks: a frame per call with the call's nonce. What it
does for the author: stray prints, threads and exits can't break the wire, and a fault comes back with the author's own lines.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import linecache
import os
import queue
import resource
import socket
import sys
import threading
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NoReturn

from skillpod.sandbox.guest.arguments import Converter
from skillpod.sandbox.guest.channel import Channel
from skillpod.sandbox.guest.command_line import WordsInvalid
from skillpod.sandbox.guest.contract import Context
from skillpod.sandbox.guest.faults import NO_MEMORY, OUT_OF_MEMORY, OutputExceeded, describe, limit_of
from skillpod.sandbox.guest.loader import Folder, keep_off_import_path
from skillpod.sandbox.guest.observer import Observer
from skillpod.sandbox.guest.port import Port
from skillpod.sandbox.guest.results import ResultInvalid, encode
from skillpod.sandbox.guest.scripts import Program, ProgramFailed, ScratchExceeded, programs
from skillpod.sandbox.guest.tools import Tool, find
from skillpod.sandbox.wire import HEADER, framed, parse
from skillpod.sandbox.wire import encode as encode_frame

THREAD_STACK = 256 * 1024
"""Bytes; the default of 8 MiB would let a memory limit of 256 MiB hold a dozen threads."""

_BALLAST = [bytearray(2 * 1024 * 1024)]
"""Address space, never touched, to be let go when a skill has used up all the rest: saying so takes some."""


def main(sock: socket.socket, limits: Mapping[str, Any]) -> NoReturn:
    """Serve one bundle over ``sock`` (blocking); ends the process when the host closes it."""
    threading.stack_size(THREAD_STACK)
    _line_buffered()
    port = Port(sock)
    load = port.take()
    if load is None:
        os._exit(0)
    try:
        serving = _load(port, load)
        if serving is None:
            os._exit(1)
        serving.run()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    os._exit(0)


class Guest:
    """A loaded skill: its tools by name, and what their Context is made of."""

    def __init__(
        self, tools: Mapping[str, Tool | Program], load: Mapping[str, Any], files: Mapping[str, bytes], observer: Observer
    ) -> None:
        self.observer = observer
        self._tools = tools
        self._config = load["config"]
        self._output: int = load["output"]
        self._files = files
        self._volumes = load["volumes"]
        self._numbers = itertools.count(1)

    def call(self, frame: Mapping[str, Any], outlet: Any) -> Call:
        return Call(frame, self._tools[frame["tool"]], Channel(outlet, frame["nonce"], frame["seconds"], self._numbers), self)

    def context(self, channel: Channel) -> Context:
        return Context(channel=channel, config=deepcopy(self._config), files=self._files, volumes=self._volumes)

    def encoded(self, value: Any, tool: Tool | Program) -> bytes:
        """Raises ResultInvalid, OutputExceeded."""
        result = encode(value, tool.returns)
        if len(result) > self._output:
            raise OutputExceeded(f"the result is {len(result)} bytes")
        return result

    @property
    def has_async(self) -> bool:
        return any(tool.is_async for tool in self._tools.values())


class Call:
    """One call: started, then finished once, with a value or a fault."""

    def __init__(self, frame: Mapping[str, Any], tool: Tool | Program, channel: Channel, guest: Guest) -> None:
        self.tool = tool
        self._nonce: str = frame["nonce"]
        self._arguments: Mapping[str, Any] = frame["arguments"]
        self._channel = channel
        self._guest = guest
        self._cpu, _ = _used()

    def begin(self) -> Any:
        """What the tool gives, or its coroutine. Raises whatever the tool raises."""
        context = self._guest.context(self._channel) if self.tool.context else None
        return self.tool.call(self._arguments, context)

    def succeed(self, value: Any) -> None:
        try:
            result = self._guest.encoded(value, self.tool)
        except BaseException as fault:  # noqa: BLE001  # SAFE: encoding runs the skill's properties and iterators
            self.fail(fault)
            return
        cpu, peak = _used()
        seen = self._guest.observer.take()
        told = f'"seen":{json.dumps(seen)},' if seen else ""
        head = f'{{"t":"result","nonce":"{self._nonce}","cpu":{cpu - self._cpu:.6f},"peak":{peak},{told}"value":'
        self._finish(framed(head.encode() + result + b"}"))

    def fail(self, fault: BaseException) -> None:
        try:
            self._finish(self._failure(fault))
        except MemoryError:  # the skill still holds what filled it
            _BALLAST.clear()
            cpu, peak = _used()
            self._finish(framed(_FAILED % (self._nonce.encode(), cpu - self._cpu, peak)))

    def _failure(self, fault: BaseException) -> bytes:
        error = dict(fault.error) if isinstance(fault, ProgramFailed) else describe(fault)
        error["type"] = _OUR_FAULTS.get(type(fault)) or limit_of(fault, error["message"]) or error["type"]
        cpu, peak = _used()
        failed = {"t": "failed", "nonce": self._nonce, "error": error, "cpu": cpu - self._cpu, "peak": peak}
        return encode_frame(_with_seen(failed, self._guest.observer))

    def _finish(self, data: bytes) -> None:
        _flush()
        self._channel.finish(data)


def _with_seen(frame: dict[str, Any], observer: Observer) -> dict[str, Any]:
    seen = observer.take()
    return {**frame, "seen": seen} if seen else frame


_OUR_FAULTS: Mapping[type, str] = {
    ResultInvalid: "result_invalid",
    OutputExceeded: "output_exceeded",
    ScratchExceeded: "scratch_exceeded",
    WordsInvalid: "arguments_invalid",
}
_FAILED = b'{"t":"failed","nonce":"%s","error":{"type":"' + NO_MEMORY.encode() + b'","message":"","traceback":""},"cpu":%.6f,"peak":%d}'


class Turns:
    """One call at a time, on the main thread; async tools on one event loop that lives as long as the guest."""

    def __init__(self, guest: Guest, port: Port) -> None:
        self._guest = guest
        self._port = port
        self.loop = asyncio.new_event_loop() if guest.has_async else None

    def run(self) -> None:
        while (frame := self._port.call()) is not None:
            call = self._guest.call(frame, self._port)
            try:
                value = call.begin()
                if self.loop is not None and call.tool.is_async:
                    value = self.loop.run_until_complete(value)
            except BaseException as fault:  # noqa: BLE001  # SAFE: a tool may raise anything, SystemExit too; each is its call's failure
                call.fail(fault)
            else:
                call.succeed(value)
            del call


class Overlapping:
    """Several calls at once: the main thread runs the event loop, another reads the wire, so an ask never waits for the loop it blocks.

    Tools that are not async run on the loop, one at a time. ``cancel {nonce}`` ends a call that nobody waits for: an async one where it
    awaits, each at its next checkpoint. It is still answered, so that the host knows it has ended.
    """

    def __init__(self, guest: Guest, port: Port) -> None:
        self._guest = guest
        self._port = port
        self.loop = asyncio.new_event_loop()
        self._answers: dict[int, queue.SimpleQueue[Mapping[str, Any]]] = {}
        self._running: dict[str, _Running] = {}  # by nonce
        self.cap = port.cap

    def run(self) -> None:
        threading.Thread(target=self._read, name="wire", daemon=True).start()
        while True:
            try:
                self.loop.run_forever()
            except BaseException as fault:  # noqa: BLE001  # SAFE: a task the tool left behind raised SystemExit; the other calls go on
                print(describe(fault)["traceback"], file=sys.stderr)

    def send(self, data: bytes) -> None:
        self._port.send(data)

    def answer(self, number: int) -> Mapping[str, Any]:
        answer = self._answers.setdefault(number, queue.SimpleQueue()).get()
        del self._answers[number]
        return answer

    def is_cancelled(self, nonce: str) -> bool:
        running = self._running[nonce]
        running.has_heard = running.is_cancelled
        return running.is_cancelled

    def _read(self) -> None:
        try:
            while (frame := self._port.take()) is not None:
                if frame["t"] == "answer":
                    self._answers.setdefault(frame["id"], queue.SimpleQueue()).put(frame)
                elif frame["t"] == "cancel":
                    self._cancel(frame["nonce"])
                else:
                    self.loop.call_soon_threadsafe(self._start, frame)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        os._exit(0)

    def _start(self, frame: Mapping[str, Any]) -> None:
        call = self._guest.call(frame, self)
        task = self.loop.create_task(self._answered(call))
        self._running[frame["nonce"]] = _Running(task)
        task.add_done_callback(lambda ended: self._ended(frame["nonce"], call, ended))

    def _cancel(self, nonce: str) -> None:
        """Seen at once by a call that holds up the loop, and then by one that awaits. A call that is over is not there any more."""
        running = self._running.get(nonce)
        if running is not None:
            running.is_cancelled = True
        self.loop.call_soon_threadsafe(self._cancel_task, nonce)

    def _cancel_task(self, nonce: str) -> None:
        running = self._running.get(nonce)
        if running is not None and not running.has_heard:  # else it cleans up by now, and may await while it does
            running.task.cancel()

    def _ended(self, nonce: str, call: Call, task: asyncio.Task[None]) -> None:
        del self._running[nonce]
        if task.cancelled():  # before it began: no line of it ran that could have answered
            call.fail(asyncio.CancelledError())

    async def _answered(self, call: Call) -> None:
        try:
            value = call.begin()
            if call.tool.is_async:
                value = await value
        except BaseException as fault:  # noqa: BLE001  # SAFE: a tool may raise anything, SystemExit too; each is its call's failure
            call.fail(fault)
        else:
            call.succeed(value)


class _Running:
    """A call among others; ``has_heard``: it came to a checkpoint since it was cancelled."""

    __slots__ = ("has_heard", "is_cancelled", "task")

    def __init__(self, task: asyncio.Task[None]) -> None:
        self.task = task
        self.is_cancelled = False
        self.has_heard = False


class Rehearsal:
    """A call gone through once, before the first caller comes: pages that a forked process writes for the first time are copied then, which
    costs that caller more than the call itself."""

    def __init__(self, guest: Guest, loop: asyncio.AbstractEventLoop | None) -> None:
        frame = encode_frame({"t": "call", "nonce": "0" * 32, "tool": "", "arguments": {"value": "text"}, "seconds": 1.0})
        call = parse(frame[HEADER:])
        rehearsed = Call(call, Tool(_echo, Converter()), Channel(Silence(), call["nonce"], 1.0, itertools.count()), guest)
        value = rehearsed.begin()
        rehearsed.succeed(loop.run_until_complete(value) if loop is not None else value.close())


class Silence:
    """Stands where the wire does while nobody is to hear."""

    cap = 0

    def send(self, data: bytes) -> None:
        """Nobody hears a rehearsal."""

    def answer(self, number: int) -> Mapping[str, Any]:
        raise NotImplementedError

    def is_cancelled(self, nonce: str) -> bool:
        return False


async def _echo(value: str, ctx: Context) -> str:
    return value


def _load(port: Port, load: Mapping[str, Any]) -> Turns | Overlapping | None:
    files = {name: port.exactly(size) for name, size in load["files"]}
    port.cap = load["cap"]
    observer = Observer(sys.path, load["volumes"].values())
    observer.install()
    try:
        if load["volumes"]:
            keep_off_import_path(load["volumes"].values())
        tools = _tools(load, files)
        described = [tool.describe() for tool in tools.values()]
    except BaseException as fault:  # noqa: BLE001  # SAFE: importing runs the skill's code, which may raise anything
        _flush()
        port.send(encode_frame(_with_seen({"t": "load_failed", "error": describe(fault)}, observer)))
        return None
    guest = Guest(tools, load, files, observer)
    serving = Overlapping(guest, port) if load["concurrency"] > 1 else Turns(guest, port)
    answer = encode_frame(_with_seen({"t": "described", "tools": described}, observer))  # first: a rehearsal takes what was seen along
    Rehearsal(guest, serving.loop)
    port.send(answer)
    return serving


def _tools(load: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Tool | Program]:
    """Those of the entry file, where there is one, and of the programs. Raises whatever the skill's code raises."""
    folder = Folder(load["name"], files)
    folder.install()
    functions = find(folder.load(load["entry"])) if load["entry"] else {}
    return {**functions, **programs(folder, load)}


_ROUNDS = 10  # CPython rewrites a function after about eight runs (PEP 659)
_OWN_SKILL: Mapping[str, Any] = {"name": "rehearsal", "entry": "handler.py", "scripts": [], "config": {}, "volumes": {}, "output": 1024}
_OWN_FILES: Mapping[str, bytes] = {
    "handler.py": b"from skillpod import tool\n\n\n@tool\ndef say(word: str = '') -> str:\n    return word\n"
}


def rehearse() -> None:
    """In the zygote, before anything is forked: load a skill of our own and go through a call of it until the interpreter has rewritten
    the code this takes. A page that it rewrites in a guest is copied for that guest. Leaves nothing behind."""
    finders, modules = list(sys.meta_path), frozenset(sys.modules)
    observer = Observer(sys.path)
    for _ in range(_ROUNDS):
        tools = _tools(_OWN_SKILL, _OWN_FILES)
        for tool in tools.values():
            tool.describe()
        Rehearsal(Guest(tools, _OWN_SKILL, _OWN_FILES, observer), None)
        sys.meta_path[:] = finders
        for name in sys.modules.keys() - modules:
            del sys.modules[name]
    linecache.clearcache()


def _line_buffered() -> None:
    """New streams: those made before the fork may remember that they were something else than this pipe."""
    sys.stdout, sys.stderr = _stream(1), _stream(2)


def _stream(number: int) -> io.TextIOWrapper:
    written = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
    return io.TextIOWrapper(written, "utf-8", "backslashreplace", line_buffering=True)


def _flush() -> None:
    """What was printed goes out before the reply does."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001, S112  # SAFE: the skill may have closed or replaced it; a lost print breaks nothing
            continue


def _used() -> tuple[float, int]:
    """Processor seconds of this process so far, and the most bytes it ever had in memory."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
