"""A Context for an author's own pytest: files, config and state in memory, and a record of what the tool said.

::

    recorder = Recorder(state={"count": 1})
    assert handler.bump(context(Path(__file__).parent, recorder=recorder)) == 2
    assert recorder.state == {"count": 2}
    assert recorder.logs == [("INFO", "bumped")]

Standard library and ``skillpod.sdk`` only; nothing is sandboxed here: ``skillpod test DIR`` runs a skill behind its walls.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from skillpod.sdk import Cancelled, Context, Finished, Response, StateError

_LEFT_OUT = frozenset({"__pycache__", ".git"})


Given: TypeAlias = bytes | str | Finished
Program: TypeAlias = Callable[[list[str], bytes], Given]


class Recorder:
    """The host's side of a Context, in memory. It answers as the host does: values are JSON, copied in and out.

    ``state`` is what ``ctx.state`` holds; ``stored`` the schema version it was written under, ``declared`` the one of the manifest
    (``state.version``). ``secrets`` are those that ``ctx.secret`` gives, ``asked`` has each name it was asked for. ``now`` is what
    ``ctx.now()`` says, in seconds since 1970 (the first moment of 2026, UTC), ``seed`` what ``ctx.seed`` says. ``fetch`` answers
    ``ctx.fetch``: it is given url, method, headers, body and timeout, and gives a Response. ``programs`` are what ``ctx.run`` starts, by
    name: a function of the argument vector and the input that gives the output or a ``Finished``, or that itself; ``runs`` has each
    argument vector. ``logs`` has a ``(level, message)`` for each record, ``progress`` a ``(fraction, message)``. ``seconds`` is what
    ``ctx.remaining()`` says; ``checkpoints`` counts those the tool came to, and at the one numbered ``cancel_at`` it is cancelled.
    """

    def __init__(
        self,
        state: Mapping[str, Any] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        programs: Mapping[str, Program | Given] | None = None,
        now: float = 1_767_225_600.0,
        seed: int = 0,
        fetch: Callable[[Mapping[str, Any]], Response] | None = None,
        stored: int = 1,
        declared: int = 1,
        seconds: float = 10.0,
        cancel_at: int = 0,
    ) -> None:
        self.state: dict[str, Any] = _copied(dict(state or {}))
        self.stored = stored if self.state else 0
        self.declared = declared
        self.secrets = dict(secrets or {})
        self.asked: list[str] = []
        self.programs = dict(programs or {})
        self.runs: list[tuple[str, ...]] = []
        self.now = now
        self.seed = seed
        self._fetch = fetch
        self.seconds = seconds
        self.cancel_at = cancel_at
        self.checkpoints = 0
        self.logs: list[tuple[str, str]] = []
        self.progress: list[tuple[float, str]] = []
        self._operations: Mapping[str, Callable[..., Any]] = {
            "state.get": self._get,
            "state.put": self._put,
            "state.delete": self._delete,
            "state.keys": lambda: sorted(self.state),
            "state.version": lambda: self.stored,
            "state.replace": self._replace,
            "secret.get": self._secret,
            "program.run": self._run,
            "call.now": lambda: self.now,
            "call.seed": lambda: self.seed,
            "fetch": self._fetched,
        }

    def ask(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Raises StateError when the host would say no."""
        return self._operations[operation](**arguments)

    def tell(self, operation: str, arguments: Mapping[str, Any]) -> None:
        if operation == "log":
            self.logs.append((arguments["level"], arguments["message"]))
        else:
            self.progress.append((arguments["fraction"], arguments["message"]))

    def remaining(self) -> float:
        return self.seconds

    def checkpoint(self) -> None:
        self.checkpoints += 1
        if 0 < self.cancel_at <= self.checkpoints:
            raise Cancelled

    def _secret(self, name: str) -> str:
        if name not in self.secrets:
            raise StateError(f"the skill was granted no secret {name!r}")
        self.asked.append(name)
        return self.secrets[name]

    def _run(self, argv: Sequence[str], stdin: str, timeout: float | None, volume: str | None) -> dict[str, Any]:
        if not argv or argv[0] not in self.programs:
            raise StateError(f"the skill was granted no program {argv[0] if argv else ''!r}")
        self.runs.append(tuple(argv))
        program = self.programs[argv[0]]
        given = program(list(argv), b64decode(stdin)) if callable(program) else program
        ended = given if isinstance(given, Finished) else Finished(argv=tuple(argv), status=0, stdout=_bytes(given))
        streams = {"stdout": b64encode(ended.stdout).decode(), "stderr": b64encode(ended.stderr).decode()}
        return {"status": ended.status, "by": ended.by, **streams}

    def _fetched(self, **request: Any) -> dict[str, Any]:
        if self._fetch is None:
            raise StateError("the test answers no request: give the recorder a fetch=")
        answer = self._fetch({**request, "body": b64decode(request["body"])})
        headers = [[name, value] for name, value in answer.headers.items()]
        return {"status": answer.status, "url": answer.url, "headers": headers, "body": b64encode(answer.body).decode()}

    def _get(self, key: str) -> dict[str, Any]:
        return {"found": key in self.state, "value": _copied(self.state.get(key))}

    def _put(self, key: str, value: Any) -> None:
        self._claim()
        self.state[key] = _copied(value)

    def _delete(self, key: str) -> None:
        self._claim()
        self.state.pop(key, None)

    def _replace(self, values: Mapping[str, Any]) -> None:
        self.state, self.stored = _copied(dict(values)), self.declared

    def _claim(self) -> None:
        if self.state and self.stored != self.declared:
            raise StateError(f"the state was written under schema version {self.stored} and this code declares {self.declared}")
        self.stored = self.declared


def context(
    folder: str | os.PathLike[str] | None = None,
    config: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    *,
    recorder: Recorder | None = None,
    volumes: Mapping[str, str | os.PathLike[str]] | None = None,
) -> Context:
    """A Context with the files of ``folder`` (none without), this config, and ``state`` or a ``recorder`` that holds it. ``volumes`` are
    directories of the test's own, by the names in ``permissions.volumes``; nothing here keeps a tool from writing to one it may only read.

    Raises NotADirectoryError, and TypeError when both ``state`` and ``recorder`` are given.
    """
    if recorder is not None and state is not None:
        raise TypeError("give the state to the recorder: Recorder(state=...)")
    files = {} if folder is None else _files(Path(folder))
    places = {name: os.fspath(path) for name, path in (volumes or {}).items()}
    return Context(channel=recorder or Recorder(state), config=_copied(dict(config or {})), files=files, volumes=places)


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a skill's folder")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and _LEFT_OUT.isdisjoint(path.relative_to(folder).parts)
    }


def _copied(value: Any) -> Any:
    """As JSON would bring it back. Raises TypeError or ValueError for what is not JSON."""
    return json.loads(json.dumps(value, allow_nan=False))
