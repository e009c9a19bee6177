"""The skill's own programs: a file of the bundle, run as ``python FILE WORDS...`` would run it, once, in a guest that ends after it.

What runs is compiled from the bundle's bytes. Programs also read what lies beside them by path, so the bundle is written out into the
guest's own scratch first; nothing is executed from there.
"""

from __future__ import annotations

import atexit
import builtins
import errno
import importlib
import io
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

from skillpod.sandbox.guest.command_line import STDIN, CommandLine
from skillpod.sandbox.guest.faults import OutputExceeded, describe, limit_of
from skillpod.sandbox.guest.loader import Copy, Folder
from skillpod.sandbox.guest.walls.root import SCRATCH

COPY = os.path.join(SCRATCH, "skill")
WORK = os.path.join(SCRATCH, "work")
"""Where a program starts: empty, and gone with its guest."""

_TAIL = 2_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class ScratchExceeded(Exception):
    """The bundle does not fit into ``limits.scratch``."""


class ProgramFailed(Exception):
    """A program ended with an exit status or an exception of its own: ``error`` is ``{type, message, traceback}``."""

    def __init__(self, error: Mapping[str, str]) -> None:
        super().__init__(error["message"])
        self.error = error


class Program:
    """One script of the skill, called like a tool. ``plan`` is what the load frame says of it."""

    is_async = False
    context = ""
    returns: Any = Any

    def __init__(self, folder: Folder, plan: Mapping[str, Any], *, output: int) -> None:
        self.name: str = plan["name"]
        self._folder = folder
        self._file: str = plan["file"]
        self._content = folder.files[self._file]
        self._line = CommandLine(is_plain=plan["is_plain"], arguments=plan["arguments"])
        self._output = output

    def describe(self) -> dict[str, Any]:
        return {"name": self.name, "is_async": False, "context": "", "parameters": []}

    def call(self, arguments: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """``{stdout, stderr, exit_code}``. Raises WordsInvalid, ScratchExceeded, OutputExceeded, MemoryError, ProgramFailed."""
        words = self._line.words(arguments)
        given = arguments.get(STDIN) or ""
        copy = _written_out(self._folder)
        streams = _Streams(given, self._output)
        with streams.in_place():
            status, fault = self._run(copy, words)
            _end_as_a_process_would()
        if streams.is_exceeded:
            raise OutputExceeded("the program wrote too much")
        stdout, stderr = streams.texts()
        if fault is not None:
            raise _failure(fault, stderr, has_input=bool(given)) from None
        if status:
            raise ProgramFailed({"type": "ExitStatus", "message": _said(f"exit status {status}", stderr, stdout), "traceback": ""})
        return {"stdout": stdout, "stderr": stderr, "exit_code": 0}

    def _run(self, copy: Copy, words: Sequence[str]) -> tuple[int, BaseException | None]:
        """The exit status, and what was raised when that was no exit."""
        path = copy.path(self._file)
        main = ModuleType("__main__")
        main.__file__ = path
        main.__loader__ = copy.loader(self._file)  # what tracebacks and inspect ask for the source
        main.__dict__["__builtins__"] = builtins
        sys.modules["__main__"] = main
        sys.path += [os.path.dirname(path), copy.place]  # behind the standard library, which wins
        sys.argv = [path, *words]
        try:
            copy.execute(self._file, main)
        except SystemExit as ended:
            return _status(ended.code), None
        except BaseException as fault:  # noqa: BLE001  # SAFE: a program may raise anything; it is its call's failure
            return 1, fault
        return 0, None


def programs(folder: Folder, load: Mapping[str, Any]) -> dict[str, Program]:
    """The programs of a load frame by their names. Raises KeyError for a file that is not there."""
    if not all(plan["is_plain"] for plan in load["scripts"]):
        importlib.import_module("argparse")  # 3 ms, while nobody waits for this guest
    return {plan["name"]: Program(folder, plan, output=load["output"]) for plan in load["scripts"]}


def _written_out(folder: Folder) -> Copy:
    copy = Copy(folder, COPY)
    try:
        copy.write()
        os.mkdir(WORK)
        os.chdir(WORK)
    except OSError as fault:
        if fault.errno in _FULL:
            raise ScratchExceeded(f"the skill's {len(folder.files)} files do not fit into its scratch space") from None
        raise OSError(fault.errno, "a program needs the guest's scratch space, and this guest has none it can write to") from fault
    copy.install()
    return copy


def _status(code: Any) -> int:
    """As CPython takes the value of ``sys.exit``: a text goes to stderr."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _end_as_a_process_would() -> None:
    """Wait for the threads that are no daemons, then do what was left for the end. It has no public name in CPython."""
    with suppress(BaseException):  # SAFE: code of the skill, after its outcome is settled
        threading._shutdown()  # type: ignore[attr-defined]  # SAFE: it also lets idle pools of threads go, which joining would wait for
    with suppress(BaseException):  # SAFE: as above
        atexit._run_exitfuncs()


# --- what it said ------------------------------------------------------------------------------------------------------------------


def _failure(fault: BaseException, stderr: str, *, has_input: bool) -> BaseException:
    if isinstance(fault, MemoryError):
        return fault
    error = describe(fault)
    words = error["message"]
    if isinstance(fault, EOFError) and not has_input:
        words = f"{words}; the program asked for input and got none: give it as `{STDIN}`"
    return ProgramFailed({**error, "type": limit_of(fault, error["message"]) or error["type"], "message": _said(words, stderr)})


def _said(words: str, *streams: str) -> str:
    """The words, and the end of the first stream that has any: most programs explain themselves on stderr, some on stdout."""
    text = next((stream for stream in map(str.strip, streams) if stream), "")
    if len(text) > _TAIL:
        _, _, text = text[-_TAIL:].partition("\n") if "\n" in text[-_TAIL:-1] else ("", "", text[-_TAIL:])
        text = f"[...]\n{text}"
    return f"{words}\n{text}".strip()


class _Room:
    def __init__(self, size: int) -> None:
        self.left = size
        self.is_exceeded = False

    def take(self, size: int) -> None:
        if size > self.left:
            self.is_exceeded = True
            raise OutputExceeded("the program wrote too much")
        self.left -= size


class _Captured(io.RawIOBase):
    """Bytes written, also after it is closed: programs wrap ``sys.stdout.buffer`` and let go of the wrapper.

    ``seen`` is a descriptor that gets them too, where people look when the guest did not live to answer; below 0 for none."""

    def __init__(self, name: str, room: _Room, *, seen: int = -1) -> None:
        self.name = name
        self.held = bytearray()
        self._room = room
        self._seen = seen

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self._room.take(size)
        self.held += data
        if self._seen >= 0:
            with suppress(OSError):  # SAFE: the program has closed it
                os.write(self._seen, data)
        return size

    def text(self) -> str:
        return self.held.decode("utf-8", "backslashreplace")


class _Streams:
    """Standard input from a text; standard output and error into memory, ``room`` bytes together."""

    def __init__(self, given: str, room: int) -> None:
        self._room = _Room(room)
        self._out, self._error = _Captured("<stdout>", self._room), _Captured("<stderr>", self._room, seen=2)
        source = io.BufferedReader(io.BytesIO(given.encode()))  # type: ignore[arg-type,unused-ignore]  # SAFE: BytesIO reads like a raw stream
        self._ours = (io.TextIOWrapper(source, "utf-8"), _writer(self._out), _writer(self._error))

    @property
    def is_exceeded(self) -> bool:
        return self._room.is_exceeded

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """``sys.stdin``, ``sys.stdout`` and ``sys.stderr`` are these, until what was printed has arrived."""
        before = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = self._ours
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = self._ours  # type: ignore[misc]  # SAFE: a program that prints there means the same
        try:
            yield
        finally:
            for name in ("stdout", "stderr"):  # the program's own wrappers before ours
                with suppress(BaseException):  # SAFE: the program may have closed, replaced or deleted it; a lost print breaks nothing
                    getattr(sys, name).flush()
            sys.stdin, sys.stdout, sys.stderr = before
            for ours in self._ours[1:]:
                with suppress(BaseException):  # SAFE: closed, or over its limit
                    ours.flush()

    def texts(self) -> tuple[str, str]:
        return self._out.text(), self._error.text()


def _writer(raw: _Captured) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=raw.name == "<stderr>", write_through=True)
