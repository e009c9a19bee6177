"""A loaded skill inside its guest, and one call of it from the arguments to the one frame that answers it."""

from __future__ import annotations

import itertools
import resource
import sys
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from skillpod.sandbox.guest.channel import Channel
from skillpod.sandbox.guest.command_line import WordsInvalid
from skillpod.sandbox.guest.contract import Context
from skillpod.sandbox.guest.faults import NO_MEMORY, OutputExceeded, describe, limit_of
from skillpod.sandbox.guest.loader import Folder
from skillpod.sandbox.guest.observer import Observer
from skillpod.sandbox.guest.results import ResultInvalid, encode
from skillpod.sandbox.guest.scripts import Program, ProgramFailed, ScratchExceeded, programs
from skillpod.sandbox.guest.tools import Tool, find
from skillpod.sandbox.wire import OVERHEAD, body, framed
from skillpod.sandbox.wire import encode as encode_frame

_BALLAST = [bytearray(2 * 1024 * 1024)]
"""Address space, never touched, to be let go when a skill has used up all the rest: saying so takes some."""


def load_tools(load: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Tool | Program]:
    """Those of the entry file, where there is one, and of the programs. Raises whatever the skill's code raises."""
    folder = Folder(load["name"], files)
    folder.install()
    functions = find(vars(folder.load(load["entry"]))) if load["entry"] else {}
    return {**functions, **programs(folder, load)}


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
            data = self._success(value)
        except BaseException as fault:  # noqa: BLE001  # SAFE: encoding runs the skill's properties and iterators, and may find no memory
            self.fail(fault)
        else:
            self._finish(data)

    def _success(self, value: Any) -> bytes:
        result = self._guest.encoded(value, self.tool)
        cpu, peak = _used()
        head = b'{"t":"result","nonce":"%s","cpu":%.6f,"peak":%d,' % (self._nonce.encode(), cpu - self._cpu, peak)
        seen = self._guest.observer.take()
        told = b'"seen":%s,' % body(seen) if seen else b""
        return framed(b'%s%s"value":%s}' % (head, told, result), len(result) + OVERHEAD)

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
        return encode_frame(with_seen(failed, self._guest.observer))

    def _finish(self, data: bytes) -> None:
        flush()
        self._channel.finish(data)


def with_seen(frame: dict[str, Any], observer: Observer) -> dict[str, Any]:
    seen = observer.take()
    return {**frame, "seen": seen} if seen else frame


_OUR_FAULTS: Mapping[type, str] = {
    ResultInvalid: "result_invalid",
    OutputExceeded: "output_exceeded",
    ScratchExceeded: "scratch_exceeded",
    WordsInvalid: "arguments_invalid",
}
_FAILED = b'{"t":"failed","nonce":"%s","error":{"type":"' + NO_MEMORY.encode() + b'","message":"","traceback":""},"cpu":%.6f,"peak":%d}'


def flush() -> None:
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
