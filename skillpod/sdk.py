"""What a handler imports: ``@tool``, ``Context`` and content. Standard library only; inside a guest this file *is* ``skillpod``."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, overload

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = [
    "Audio",
    "Cancelled",
    "Content",
    "Context",
    "FetchError",
    "Field",
    "File",
    "Finished",
    "Image",
    "ProgramError",
    "Response",
    "SecretError",
    "State",
    "StateError",
    "VolumeError",
    "tool",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])

MARK = "__skillpod_tool__"
"""The attribute ``@tool`` leaves on a function: a dict of the decorator's literals."""


@overload
def tool(function: _Function, /) -> _Function: ...
@overload
def tool(
    *,
    title: str = ...,
    read_only: bool = ...,
    destructive: bool = ...,
    idempotent: bool = ...,
    category: str = ...,
    deprecated: Mapping[str, str] = ...,
) -> Callable[[_Function], _Function]: ...
def tool(function: Any = None, /, **hints: Any) -> Any:
    """Mark a module-level function as a tool. Used bare, or with literals only; the function itself is left as it is."""

    def mark(marked: _Function) -> _Function:
        setattr(marked, MARK, dict(hints))
        return marked

    return mark if function is None else mark(function)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a parameter or field must be, beyond its type: ``Annotated[int, Field(ge=1, le=10, description="How many.")]``.

    The host reads it from the source (literals only), puts it into the tool's schema and checks it before the tool is called.
    ``ge gt le lt multiple_of`` bound numbers, ``min_length max_length`` count characters, items or keys, ``pattern`` is a regular
    expression the text must hold somewhere (anchor it with ``^`` and ``$``).
    """

    description: str = ""
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    examples: tuple[Any, ...] = ()


MIME = r"^[a-z]+/[a-zA-Z0-9.+-]+$"
"""A media type without parameters: the host takes no other."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture a tool returns, alone or in a list: the bytes of a whole file in the format ``mime`` names."""

    data: bytes
    mime: str = "image/png"

    def __post_init__(self) -> None:
        _check(self, bytes)
        if not self.mime.startswith("image/"):
            raise ValueError(f"an Image is image/..., not {self.mime!r}; return a File")


@dataclass(frozen=True, slots=True)
class Audio:
    """A sound a tool returns, alone or in a list: the bytes of a whole file in the format ``mime`` names."""

    data: bytes
    mime: str = "audio/wav"

    def __post_init__(self) -> None:
        _check(self, bytes)
        if not self.mime.startswith("audio/"):
            raise ValueError(f"an Audio is audio/..., not {self.mime!r}; return a File")


@dataclass(frozen=True, slots=True)
class File:
    """A file a tool returns, alone or in a list: text, or bytes of any kind. ``name`` is a plain file name, without a folder."""

    name: str
    data: bytes | str
    mime: str = "text/plain"

    def __post_init__(self) -> None:
        _check(self, bytes, str)
        if not isinstance(self.name, str) or not 0 < len(self.name) <= 128 or not self.name.isprintable():
            raise ValueError(f"the name of a File is 1 to 128 visible characters, not {self.name!r}")
        if self.name in (".", "..") or "/" in self.name or "\\" in self.name:
            raise ValueError(f"the name of a File has no folder in it, got {self.name!r}")


Content: TypeAlias = list[str | Image | Audio | File]
"""What a tool returns that gives more than one thing: sentences, pictures, sounds and files, in the order the model reads them."""


def _check(content: Image | Audio | File, *kinds: type) -> None:
    """A value that is no content fails where the author makes it, not where the host reads it."""
    if not isinstance(content.data, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"the data of {type(content).__name__} is {wanted}, not {type(content.data).__name__}")
    if not isinstance(content.mime, str) or not re.fullmatch(MIME, content.mime):
        raise ValueError(f"expected a media type such as image/png, without parameters, got {content.mime!r}")


class StateError(Exception):
    """The host refused to read or write ``ctx.state``: too large, not JSON, or written under another schema version."""


class Cancelled(BaseException):
    """Nobody waits for this call any more: its caller has gone, or its deadline has passed. Clean up, and let it through.

    It is no ``Exception``, so that ``except Exception`` does not swallow it.
    """


class VolumeError(LookupError):
    """The skill has no volume of that name: the manifest does not ask for it, or it was not granted."""


class ProgramError(Exception):
    """A program was not granted, could not be started, wrote too much, took too long, or (``Finished.check``) did not end well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A program that ended. ``status`` is its exit status, or minus the signal that ended it; ``by`` is that signal's name, or the limit
    that it reached (``limits.cpu``), empty where it ended itself."""

    argv: tuple[str, ...]
    status: int
    stdout: bytes = b""
    stderr: bytes = b""
    by: str = ""

    @property
    def text(self) -> str:
        """What it wrote to stdout, as UTF-8; what is none becomes U+FFFD."""
        return self.stdout.decode("utf-8", "replace")

    def check(self) -> Finished:
        """Itself, when its status is 0. Raises ProgramError with the last lines of its stderr."""
        if self.status == 0:
            return self
        how = f"was ended by {self.by or f'signal {-self.status}'}" if self.status < 0 else f"ended with status {self.status}"
        said = self.stderr.decode("utf-8", "replace").strip()[-1000:]
        raise ProgramError(f"{self.argv[0]} {how}" + (f": {said}" if said else ""))


class SecretError(LookupError):
    """There is no secret of that name for the skill: the manifest does not ask for it, it was not granted, or it can't be had now."""


class FetchError(OSError):
    """``ctx.fetch`` got no answer: the host was not granted, is not there, is not trusted, or answered too late or too much."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered, whatever its ``status``. ``headers`` are by lower-case name; ``url`` is where the last redirect led."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked: a status from 200 to 299."""
        return 200 <= self.status < 300

    def text(self) -> str:
        """The body in the charset it says, or UTF-8; what is none of its characters becomes U+FFFD."""
        said = re.search(r"charset=[\"']?([\w-]+)", self.headers.get("content-type", ""))
        try:
            return self.body.decode(said.group(1) if said else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Raises ValueError when the body is no JSON."""
        return json.loads(self.body)


class Channel(Protocol):
    """What a Context speaks through: the wire in a guest, memory in an author's own tests."""

    def ask(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Wait for the host's answer. Raises StateError with the host's words when it says no."""

    def tell(self, operation: str, arguments: Mapping[str, Any]) -> None:
        """Say, and do not wait."""

    def remaining(self) -> float:
        """Seconds until the call's deadline."""

    def checkpoint(self) -> None:
        """Raises Cancelled when nobody waits for the call any more."""


class State:
    """JSON by key, held by the host: it outlives calls, guests and versions, and nothing else does.

    ``version`` is the schema version (``state.version`` of the manifest) it was last written under, 0 when empty. Code that declares
    another version may read, and must ``replace`` everything at once before it may write.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @property
    def version(self) -> int:
        return int(self._channel.ask("state.version", {}))

    def get(self, key: str, default: Any = None) -> Any:
        found = self._channel.ask("state.get", {"key": key})
        return found["value"] if found["found"] else default

    def __getitem__(self, key: str) -> Any:
        found = self._channel.ask("state.get", {"key": key})
        if not found["found"]:
            raise KeyError(key)
        return found["value"]

    def __setitem__(self, key: str, value: Any) -> None:
        json.dumps(value, allow_nan=False)  # a value that is not JSON fails here, in the author's own line
        self._channel.ask("state.put", {"key": key, "value": value})

    def __delitem__(self, key: str) -> None:
        self._channel.ask("state.delete", {"key": key})

    def __contains__(self, key: object) -> bool:
        return bool(self._channel.ask("state.get", {"key": key})["found"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._channel.ask("state.keys", {}))

    def replace(self, values: Mapping[str, Any]) -> None:
        """Everything at once, under the version the manifest declares: the way to migrate."""
        json.dumps(dict(values), allow_nan=False)
        self._channel.ask("state.replace", {"values": dict(values)})


class _ChannelHandler(logging.Handler):
    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        self._channel.tell("log", {"level": record.levelname, "message": self.format(record)})


class Context:
    """What the host gives a call: declare a parameter annotated ``Context`` anywhere in a tool's signature to have it."""

    def __init__(
        self,
        *,
        channel: Channel,
        config: Mapping[str, Any],
        files: Mapping[str, bytes],
        volumes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._channel = channel
        self._files = files
        self._volumes = volumes
        self.config = dict(config)
        self.state = State(channel)
        self.logger = logging.Logger("skill", logging.DEBUG)
        self.logger.addHandler(_ChannelHandler(channel))

    def read_bytes(self, name: str) -> bytes:
        """A file of the skill's own folder, by its name relative to it."""
        try:
            return self._files[name]
        except KeyError:
            raise FileNotFoundError(f"the skill has no file {name!r}") from None

    def read_text(self, name: str) -> str:
        return self.read_bytes(name).decode("utf-8")

    def volume(self, name: str) -> Path:
        """The directory that the operator bound to one of the volumes in ``permissions.volumes``, by its name there. Raises VolumeError."""
        from pathlib import Path  # here, so that a guest without volumes does not pay for it

        try:
            return Path(self._volumes[name])
        except KeyError:
            has = f"it has {', '.join(sorted(self._volumes))}" if self._volumes else "it has none"
            raise VolumeError(f"the skill was granted no volume {name!r}; {has} (see permissions.volumes)") from None

    def run(self, argv: Sequence[str], *, stdin: bytes | str = b"", timeout: float | None = None, volume: str | None = None) -> Finished:
        """Start one of the programs in ``permissions.programs`` and wait for it: ``ctx.run(["git", "log"], volume="repository")``.

        ``argv`` is an argument vector, the program's granted name first; there is no shell. It runs in a jail of its own, with the skill's
        volumes, an empty scratch directory of its own and nothing else, in ``volume`` or that directory; ``timeout`` is in seconds, and
        the call's own deadline holds in any case. When it ends, all that it started ends with it. A status that is not 0 is no error: see
        ``Finished.check``. Raises ProgramError.
        """
        from base64 import b64decode, b64encode  # here, so that a guest without programs does not pay for it

        if isinstance(argv, str) or not all(isinstance(word, str) for word in argv):
            raise ProgramError('ctx.run takes a list of texts, the name of a granted program first: ctx.run(["git", "log"])')
        given = stdin.encode() if isinstance(stdin, str) else bytes(stdin)
        asked = {"argv": list(argv), "stdin": b64encode(given).decode(), "timeout": timeout, "volume": volume}
        try:
            ended = self._channel.ask("program.run", asked)
        except StateError as refusal:
            raise ProgramError(str(refusal)) from None
        stdout, stderr = b64decode(ended["stdout"]), b64decode(ended["stderr"])
        return Finished(argv=tuple(argv), status=ended["status"], stdout=stdout, stderr=stderr, by=ended["by"])

    def secret(self, name: str) -> str:
        """The value of one of the secrets in ``permissions.secrets``. Ask whenever it is needed and keep it nowhere: it may be another the
        next time, and what the skill prints, logs, raises and returns is searched for it. Raises SecretError."""
        try:
            return str(self._channel.ask("secret.get", {"name": name}))
        except StateError as refusal:
            raise SecretError(str(refusal)) from None

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] = MappingProxyType({}),
        body: bytes | str = b"",
        timeout: float | None = None,
    ) -> Response:
        """An HTTP request that the host makes, to a host in ``permissions.network``, with the secrets that the operator bound to there.

        At most five redirects are followed, each to where the skill may go itself. It ends after ``timeout`` seconds, with the call at the
        latest. Raises FetchError when there is no answer; an answer of any status is one. An async tool calls it in a thread:
        ``await asyncio.to_thread(ctx.fetch, url)``.
        """
        from binascii import a2b_base64, b2a_base64  # here, so that who fetches nothing does not pay for it

        data = body.encode() if isinstance(body, str) else bytes(body)
        asked = {
            "url": url,
            "method": method,
            "headers": dict(headers),
            "body": b2a_base64(data, newline=False).decode("ascii"),
            "timeout": timeout,
        }
        try:
            answer = self._channel.ask("fetch", asked)
        except StateError as refusal:
            raise FetchError(str(refusal)) from None
        found: dict[str, str] = {}
        for name, value in answer["headers"]:
            found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
        return Response(answer["status"], MappingProxyType(found), a2b_base64(answer["body"]), answer["url"])

    def now(self) -> datetime:
        """The time of this call, in UTC: the same each time it is asked, written into the log, and fixed by a caller who wants a run done
        again. ``.astimezone()`` has it in the zone of ``TZ``. A clock that goes on is ``time.monotonic()``."""
        from datetime import datetime  # here, so that who asks for no time does not pay for it

        return datetime.fromtimestamp(self._channel.ask("call.now", {}), UTC)

    @property
    def seed(self) -> int:
        """A number for ``random.Random(ctx.seed)``: the same within a call, written into the log, and fixed by a caller who wants a run
        done again. It is no secret, and so no key."""
        return int(self._channel.ask("call.seed", {}))

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far the call is, from 0 to 1."""
        self._channel.tell("progress", {"fraction": float(fraction), "message": str(message)})

    def remaining(self) -> float:
        """Seconds until the host ends this call."""
        return self._channel.remaining()

    def checkpoint(self) -> None:
        """A point where this call may be cancelled: raises Cancelled when its caller has gone or its deadline has passed.

        A warm guest whose call has come to one is not killed when that call is no longer wanted; what it holds in memory is kept, if the
        call ends soon. A guest for one call (``lifetime: call``, the default) is always killed, and never raises here. It costs a few
        microseconds.
        """
        self._channel.checkpoint()
