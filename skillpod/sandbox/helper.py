"""``skillpod.ports.Apart`` for programs with many threads: one process that lives long, has everything imported, and forks the others.

It is started when first asked, and again when it has ended; it ends with this process, whose end of the socket closes then.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from skillpod.model.ended import Ended
from skillpod.sandbox.apart import cores, in_words
from skillpod.sandbox.throwaway import MIB, Bounds

_ATTEMPTS = 3
"""A helper that is killed takes what it was asked with it; that is asked of the next."""

_SLACK = 10.0
"""Seconds beyond the bound on time after which it is the helper that does not answer."""

_ENDING = 5.0

_PROGRAM = """\
import json, sys
start = json.loads(sys.argv[1])
sys.path += [path for path in start["path"] if path not in sys.path]
from skillpod.sandbox.forker import main
main(start)
"""


class HelperApart:
    """``entry`` is ``module:name`` of the function, ``prepare`` of what imports all it needs, ``complete``, if there is one, of what can
    wait until nothing has been asked for a while. All are imported in the helper only."""

    def __init__(self, entry: str, *, prepare: str, complete: str = "", bounds: Bounds | None = None, at_once: int = 0) -> None:
        self._named = {"entry": entry, "prepare": prepare, "complete": complete}
        self._bounds = bounds or Bounds()
        self._turn = threading.Lock()
        self._at_once = at_once or cores()
        self._room = threading.BoundedSemaphore(self._at_once)
        self._helper: _Helper | None = None

    def start(self) -> None:
        """So that the first request does not wait for it; ``run`` starts it too. Raises OSError."""
        with self._turn:
            self._started()

    def run(self, request: bytes) -> bytes | Ended:
        for _ in range(_ATTEMPTS):
            try:
                with self._room, _Asked() as asked:
                    with self._turn:
                        helper = self._started()
                        helper.ask(asked)
                    told = asked.answer(request, self._bounds)
            except OSError as fault:
                return Ended(f"could not be given a process: {fault.strerror or fault}")
            if isinstance(told, bytes | Ended):
                return told
            self._give_up(helper)
        return Ended("lost the process it is forked from, again and again")

    def each(self, requests: Iterable[bytes]) -> Iterator[bytes | Ended]:
        with ThreadPoolExecutor(max_workers=self._at_once) as threads:
            yield from threads.map(self.run, requests)

    def close(self) -> None:
        with self._turn:
            helper, self._helper = self._helper, None
        if helper is not None:
            helper.close()

    @property
    def process(self) -> int | None:
        """The helper's process id, while there is one."""
        helper = self._helper
        return helper.process.pid if helper is not None else None

    def _started(self) -> _Helper:
        if self._helper is not None and self._helper.process.poll() is not None:
            self._helper.close()
            self._helper = None
        if self._helper is None:
            self._helper = _Helper({**self._named, "bounds": asdict(self._bounds)})
        return self._helper

    def _give_up(self, helper: _Helper) -> None:
        with self._turn:
            if self._helper is helper:
                self._helper = None
        helper.close()


class _Helper:
    def __init__(self, start: dict[str, Any]) -> None:
        self._control, theirs = socket.socketpair()
        try:
            with theirs:
                self.process = _launch({**start, "control": theirs.fileno()}, theirs.fileno())
        except BaseException:
            self._control.close()
            raise

    def ask(self, asked: _Asked) -> None:
        """Hand over the other end. That it has ended already is seen when nothing answers."""
        with suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._control, [b"."], [asked.theirs.fileno()])
        asked.theirs.close()

    def close(self) -> None:
        """It, and all it forked, end with its control socket. A second call does nothing."""
        self._control.close()
        try:
            self.process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Asked:
    """One request. On its socket the helper gives the other end of the process's own, and says how the process ended. Closing it ends the
    process."""

    def __init__(self) -> None:
        self._status, self.theirs = socket.socketpair()

    def __enter__(self) -> _Asked:
        return self

    def __exit__(self, *_: object) -> None:
        self._status.close()
        self.theirs.close()

    def answer(self, request: bytes, bounds: Bounds) -> bytes | Ended | None:
        """None when the helper itself has ended, or does not answer. Raises OSError when there is no room for a descriptor."""
        deadline = monotonic() + bounds.wall + _SLACK
        try:
            word, given = self._hear(deadline)
            said = b""
            if given is not None:
                with given:
                    said = _converse(given, request, bounds.answer, deadline)
                if len(said) > bounds.answer:
                    return Ended(f"answered with more than {bounds.answer / MIB:g} MiB")
                word, _ = self._hear(deadline)
        except TimeoutError:
            return None
        except ConnectionError:
            word = b""
        if not word:
            return None
        status = json.loads(word)
        if status["late"]:
            return Ended(f"was killed after {bounds.wall:g} s")
        if status["fault"]:
            return Ended(f"could not be given a process: {status['fault']}")
        return said if status["status"] == 0 else Ended(in_words(status["status"], bounds))

    def _hear(self, deadline: float) -> tuple[bytes, socket.socket | None]:
        """One word with a descriptor, or everything that is said until the end."""
        self._status.settimeout(max(0.1, deadline - monotonic()))
        word, descriptors, flags, _ = socket.recv_fds(self._status, 1, 1)
        if flags & socket.MSG_CTRUNC:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        if descriptors:
            return word, socket.socket(fileno=descriptors[0])
        while piece := self._status.recv(1 << 12):
            word += piece
        return word, None


def _converse(data: socket.socket, request: bytes, most: int, deadline: float) -> bytes:
    """What is said back; more than ``most`` bytes are not read to the end."""
    with suppress(ConnectionError):  # it ended before it had read everything; how it ended is told
        data.settimeout(max(0.1, deadline - monotonic()))
        data.sendall(request)
        data.shutdown(socket.SHUT_WR)
    said: list[bytes] = []
    size = 0
    with suppress(ConnectionError):
        while size <= most:
            data.settimeout(max(0.1, deadline - monotonic()))
            piece = data.recv(1 << 16)
            if not piece:
                break
            said.append(piece)
            size += len(piece)
    return b"".join(said)


def _launch(start: dict[str, Any], control: int) -> subprocess.Popen[bytes]:
    """Without ``site``: what this process can import it is told, and nothing of an environment or of the working directory counts."""
    here = str(Path(__file__).resolve().parents[2])
    path = [here, *(os.path.abspath(each) for each in sys.path if each)]
    flags = ["-B"] if sys.dont_write_bytecode else []
    flags += ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    return subprocess.Popen(
        [sys.executable, "-I", "-S", *flags, "-c", _PROGRAM, json.dumps({**start, "path": path})],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
        pass_fds=(control,),
        start_new_session=True,
    )
