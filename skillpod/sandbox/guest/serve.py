"""The guest's program: takes a bundle's bytes off the wire, loads them, says what tools it found, and answers calls until it is killed.

It runs after every wall is up. What it promises the host is only what the host checks: a frame per call with the call's nonce. What it
does for the author: stray prints, threads and exits can't break the wire, and a fault comes back with the author's own lines.
"""

from __future__ import annotations

import asyncio
import io
import os
import queue
import socket
import sys
import threading
from collections.abc import Mapping
from typing import Any, NoReturn

from skillpod.sandbox.guest import packages
from skillpod.sandbox.guest.calls import Call, Guest, flush, load_tools, with_seen
from skillpod.sandbox.guest.faults import OUT_OF_MEMORY, describe
from skillpod.sandbox.guest.loader import keep_off_import_path
from skillpod.sandbox.guest.observer import Observer
from skillpod.sandbox.guest.port import Port
from skillpod.sandbox.guest.rehearsal import rehearse, rehearse_call
from skillpod.sandbox.wire import encode as encode_frame

__all__ = ["main", "rehearse"]

THREAD_STACK = 256 * 1024
"""Bytes; the default of 8 MiB would let a memory limit of 256 MiB hold a dozen threads."""


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


class Turns:
    """One call at a time, on the main thread; async tools on one event loop that lives as long as the guest."""

    def __init__(self, guest: Guest, port: Port) -> None:
        self._guest = guest
        self._port = port
        self.loop = asyncio.new_event_loop() if guest.has_async else None

    def run(self) -> None:
        while (frame := self._port.call()) is not None:
            self._serve(self._guest.call(frame, self._port))

    def _serve(self, call: Call) -> None:
        """What the tool gave goes with this frame, before the next call: it counts against the limit of memory."""
        try:
            value = call.begin()
            if self.loop is not None and call.tool.is_async:
                value = self.loop.run_until_complete(value)
        except BaseException as fault:  # noqa: BLE001  # SAFE: a tool may raise anything, SystemExit too; each is its call's failure
            call.fail(fault)
        else:
            call.succeed(value)


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
        elif task.exception() is not None:  # it could not even be said that it failed
            os._exit(OUT_OF_MEMORY)

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


def _load(port: Port, load: Mapping[str, Any]) -> Turns | Overlapping | None:
    files = {name: port.exactly(size) for name, size in load["files"]}
    port.cap = load["cap"]
    observer = Observer([*sys.path, *packages.places()], load["volumes"].values(), has_line=load["network"])
    observer.install()
    try:
        if load["variables"]:
            from skillpod.sandbox.guest import variables  # here, so that guests without them do not pay for it

            variables.take(load["variables"])
        if load["volumes"]:
            keep_off_import_path(load["volumes"].values())
        tools = load_tools(load, files)
        described = [tool.describe() for tool in tools.values()]
    except BaseException as fault:  # noqa: BLE001  # SAFE: importing runs the skill's code, which may raise anything
        flush()
        port.send(encode_frame(with_seen({"t": "load_failed", "error": describe(fault)}, observer)))
        return None
    guest = Guest(tools, load, files, observer)
    serving = Overlapping(guest, port) if load["concurrency"] > 1 else Turns(guest, port)
    answer = encode_frame(with_seen({"t": "described", "tools": described}, observer))  # first: a rehearsal takes what was seen along
    rehearse_call(guest, serving.loop)
    port.send(answer)
    return serving


def _line_buffered() -> None:
    """New streams: those made before the fork may remember that they were something else than this pipe."""
    sys.stdout, sys.stderr = _stream(1), _stream(2)


def _stream(number: int) -> io.TextIOWrapper:
    written = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
    return io.TextIOWrapper(written, "utf-8", "backslashreplace", line_buffering=True)
