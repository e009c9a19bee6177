"""Speaks to the pod of a HOME over its control socket: standard library only, so that a command starts fast."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from skillpod.errors import HomeLocked, PathUnusable, PodUnreachable, SkillpodError, UnknownSkill, from_dict
from skillpod.model.approval import Answer
from skillpod.model.command import OWNER, Caller, Command
from skillpod.model.digest import Digest
from skillpod.model.guest import CallResult, Usage
from skillpod.model.names import is_skill_name
from skillpod.model.selection import Selection
from skillpod.serve.address import SOCKET, socket_address

PATIENCE = 30.0
"""Seconds a pod has to answer what it knows by heart; calls and commands may take as long as they take."""


def find_pod(home: Path, *, token: str = "") -> PodClient | None:
    """The pod running on this HOME, or None when none is; ``token`` is shown with every request, none for its owner's own. Raises
    PathUnusable when its socket may not be used."""
    connection = _Connection(home)
    try:
        connection.connect()
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        return None  # no HOME, no socket, or one that a killed pod has left behind
    except OSError as fault:
        raise PathUnusable(
            f"the pod's socket can't be used: {fault.strerror or fault}",
            at=str(home / SOCKET),
            hint="only the user that runs the pod may speak to it",
        ) from None
    return PodClient(home, connection, token=token)


class PodClient:
    """The methods of ``SkillManager.blocking``, answered by a running pod. Not for use by several threads.

    Every method raises the error the pod answered with, PodUnreachable when it ended meanwhile, HomeLocked when it does not answer.
    """

    is_running = True

    def __init__(self, home: Path, connection: http.client.HTTPConnection, *, token: str = "") -> None:
        self._home = home
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def skills(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/v1/skills")["skills"]
        return found

    def show(self, name: str) -> dict[str, Any]:
        return self._ask("GET", f"/v1/skills/{_part(name)}")

    def instructions(self, name: str) -> str:
        return str(self._ask("GET", f"/v1/skills/{_part(name)}/instructions")["instructions"])

    def output(self, name: str) -> str:
        return str(self._ask("GET", f"/v1/skills/{_part(name)}/output")["output"])

    def tools(self, provider: str = "openai", *, offer: str = "skills") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", f"/v1/tools?{urlencode({'format': provider, 'offer': offer})}")["tools"]
        return found

    def holds(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/v1/holds")["holds"]
        return found

    def held(self, name: str) -> dict[str, Any]:
        return self._ask("GET", f"/v1/holds/{_part(name)}")

    def reviews(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/v1/reviews")["reviews"]
        return found

    def stats(self) -> dict[str, Any]:
        return self._ask("GET", "/v1/stats")

    def invoke(self, tool: str, arguments: Mapping[str, Any], *, caller: Caller | None = None) -> CallResult:
        request: dict[str, Any] = {"tool": tool, "arguments": arguments}
        if caller is not None:
            said = {"session": caller.session, "tenant": caller.tenant}
            request["caller"] = said if caller.principal == OWNER.principal else {**said, "principal": caller.principal}
            fixed = {"now": caller.conditions.now, "seed": caller.conditions.seed}
            request |= {name: value for name, value in fixed.items() if value is not None}
        answer = self._ask("POST", "/v1/calls", request)
        return CallResult(
            value=answer["value"],
            usage=Usage.of(answer["usage"]),
            skill=answer["skill"],
            generation=answer["generation"],
            digest=Digest(answer["digest"]),
            is_content=answer["is_content"],
        )

    def execute(self, command: Command) -> dict[str, Any]:
        """Do it; its principal is whom the pod sees at the other end of the socket, or whose token is shown, not ``command.principal``."""
        request: dict[str, Any] = {"verb": command.verb.value}
        request.update({key: value for key in ("name", "path", "to", "reason", "lasts") if (value := getattr(command, key))})
        if command.config is not None:
            request["config"] = dict(command.config)
        return self._ask("POST", "/v1/commands", request)

    def waiting_calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/v1/waiting")["calls"]
        return found

    def answer_call(self, id_: str, answer: Answer, *, reason: str = "") -> dict[str, Any]:
        return self._ask("POST", f"/v1/waiting/{quote(id_, safe='')}", {"answer": answer.value, "reason": reason})

    def erase_salts(self, selection: Selection, *, reason: str = "") -> dict[str, Any]:
        return self._ask("POST", "/v1/log/erase", {**selection.as_dict(), "reason": reason})

    def events(self) -> Iterator[dict[str, Any]]:
        """What happens from now on, each as ``Event.as_dict()``, until the pod stops."""
        response = self._send("GET", "/v1/events", None)
        self._patience(None)
        while line := response.readline():
            yield json.loads(line)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, target: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        response = self._send(method, target, body)
        try:
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise self._broken(fault) from None
        if response.status >= 400:
            raise from_dict(answer)
        if not isinstance(answer, dict):
            raise SkillpodError(f"the pod answered {target} with something other than an object")
        return answer

    def _send(self, method: str, target: str, body: Mapping[str, Any] | None) -> http.client.HTTPResponse:
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {**self._headers, "Content-Type": "application/json"} if content else self._headers
        try:
            if self._connection.sock is None:
                self._connection.connect()
            self._patience(PATIENCE if method == "GET" else None)
            with suppress(BrokenPipeError, ConnectionResetError):  # who is turned away is answered, and hung up on, before all was heard
                self._connection.request(method, target, content, headers)
            return self._connection.getresponse()
        except (OSError, http.client.HTTPException) as fault:
            raise self._broken(fault) from None

    def _patience(self, seconds: float | None) -> None:
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)

    def _broken(self, fault: Exception) -> SkillpodError:
        at = str(self._home / SOCKET)
        self._connection.close()
        if isinstance(fault, TimeoutError):
            return HomeLocked(f"the pod has not answered for {PATIENCE:.0f} s", at=at, hint="see what `skillpod serve` says, or end it")
        return PodUnreachable("the pod ended before it answered", at=at, hint="see what `skillpod serve` said last")


class _Connection(http.client.HTTPConnection):
    """HTTP to a Unix socket, however long its path."""

    def __init__(self, home: Path) -> None:
        super().__init__("localhost")
        self._home = home

    def connect(self) -> None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with socket_address(self._home) as address:
                connection.connect(address)
        except OSError:
            connection.close()
            raise
        self.sock = connection


def _part(name: str) -> str:
    """The name as a part of a path; what can't be a skill's name is not asked for."""
    if not is_skill_name(name):
        raise UnknownSkill(f"there is no skill `{name}`", hint="`skillpod list` shows what there is", skill=name)
    return name
