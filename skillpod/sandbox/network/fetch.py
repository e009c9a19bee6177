"""``ctx.fetch`` of a skill: a request that the host makes for it to a granted host, with the secrets that are bound to there."""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from skillpod.model.capability import endpoint
from skillpod.model.guest import Act, Attempt, Source, Watch, unwatched
from skillpod.model.reach import Traffic
from skillpod.sandbox.aside import aside
from skillpod.sandbox.asks.asking import Answer, Denied, Reached
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.network.bound import BoundSecrets, Place
from skillpod.sandbox.network.gate import Barred
from skillpod.sandbox.network.request import Answer as Answered
from skillpod.sandbox.network.request import HttpExchange, Request, RequestFailed
from skillpod.sandbox.network.switchboard import Exchange

MOST_BODY = 4 * 1024 * 1024
"""Bytes of one answer: it is one message to the guest, which holds it in memory more than once."""

_AT_ONCE = 16
"""Requests of one generation: each holds a thread. More wait, within their time."""

_LOOK_SECONDS = 0.1
_REDIRECTS = 5
_PORTS = {"https": 443, "http": 80}
_METHOD = re.compile(r"[A-Za-z]{1,32}")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}")
_OURS = re.compile(
    r"host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|accept-encoding|proxy-.*", re.IGNORECASE
)
"""Headers that say where a request goes and where it ends (RFC 9110, 7; 9112, 6), and how an answer is written: the host's to say."""
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "upgrade"})
_WHOSE = frozenset({"authorization", "cookie"})
"""Of the skill's own headers those that are for one host: they do not follow a redirect to another."""
_MOST_HEADERS, _LONGEST_URL = 64, 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One request as the skill wants it, or as a redirect makes it. ``headers`` by lower-case name."""

    method: str
    url: SplitResult
    headers: Mapping[str, tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def port(self) -> int:
        return self.url.port or _PORTS[self.url.scheme]


class FetchAsks:
    """Requests go through what the ``exchange`` grants, with the secrets ``bound`` to where they go; one call carries at most ``traffic``
    bytes. ``authorities`` is a file of certificates that are trusted beside the system's; ``watch`` hears what was barred."""

    def __init__(self, exchange: Exchange, bound: BoundSecrets, *, traffic: int, authorities: str = "", watch: Watch = unwatched) -> None:
        self._exchange = exchange
        self._bound = bound
        self._traffic = traffic
        self._authorities = authorities
        self._watch = watch
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._tls: ssl.SSLContext | None = None

    @property
    def operations(self) -> Mapping[str, Answer]:
        return {"fetch": self._fetch}

    async def _fetch(self, arguments: Mapping[str, Any], reached: Reached) -> dict[str, Any]:
        wanted = _wanted(arguments)
        seconds = min(_seconds(arguments.get("timeout")), reached.remaining())
        try:
            async with asyncio.timeout(seconds), self._turns:
                return await self._followed(wanted, reached)
        except TimeoutError:
            raise Denied(f"{endpoint(str(wanted.url.hostname), wanted.port)} did not answer within {seconds:.3g} s") from None
        except RequestFailed as fault:
            raise Denied(str(fault)) from None

    async def _followed(self, wanted: _Wanted, reached: Reached) -> dict[str, Any]:
        for _ in range(_REDIRECTS + 1):
            answer, echoes = await self._made(wanted, reached)
            further = _redirected(wanted, answer, echoes)
            if further is None:
                return _told(wanted, answer, echoes)
            wanted = further
        raise Denied(f"more than {_REDIRECTS} redirects; the last was to {wanted.url.hostname}")

    async def _made(self, wanted: _Wanted, reached: Reached) -> tuple[Answered, Disclosed]:
        """The answer, and what the host put into the request."""
        host, port = str(wanted.url.hostname), wanted.port
        try:
            name = self._exchange.gate.name(host, port)
            addresses = await self._exchange.resolver.resolve(self._exchange.gate, host, port)
        except Barred as refusal:
            reached.count(refusal.destination, Traffic(refused=1))
            self._watch(Attempt(act=Act.CONNECT, target=refusal.destination, by=Source.BROKER))
            raise
        put, echoes = await self._bound.headers(Place(wanted.url.scheme, name, port), wanted.headers.keys(), reached)
        request = Request(
            method=wanted.method,
            host=name,
            port=port,
            target=_target(wanted.url),
            headers=(*_unless(wanted.headers), *wanted.headers.values(), *put),
            body=wanted.body,
            tls=await self._trusted() if wanted.url.scheme == "https" else None,
            most=min(MOST_BODY, self._left(reached, wanted)),
        )
        conversation = HttpExchange(request, addresses)
        with reached.carrying(conversation):
            return await self._answered(conversation, reached), echoes

    async def _answered(self, conversation: HttpExchange, reached: Reached) -> Answered:
        """While it lasts, the call is held to what it may carry: an answer has more to it than its body."""
        making = asyncio.ensure_future(conversation.make())
        try:
            while not making.done():
                self._require_left(reached)
                await asyncio.wait([making], timeout=_LOOK_SECONDS)
            return making.result()
        finally:
            conversation.end()
            making.cancel()

    def _left(self, reached: Reached, wanted: _Wanted) -> int:
        """Bytes that the call may carry yet, without this request's own."""
        self._require_left(reached, len(wanted.body))
        return self._traffic - reached.carried - len(wanted.body)

    def _require_left(self, reached: Reached, more: int = 0) -> None:
        carried = reached.carried
        if carried + more >= self._traffic:
            raise Denied(f"the call has carried {carried} bytes, and limits.traffic allows {self._traffic}")

    async def _trusted(self) -> ssl.SSLContext:
        """Made once: reading what the system trusts takes longer than most requests."""
        if self._tls is None:
            self._tls = await aside(self._read_authorities)
        return self._tls

    def _read_authorities(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._authorities:
            context.load_verify_locations(self._authorities)
        return context


# --- what is asked ---------------------------------------------------------------------------------------------------------------


def _wanted(arguments: Mapping[str, Any]) -> _Wanted:
    """Raises Denied for what is no request, in words for its author."""
    method = arguments.get("method")
    if not isinstance(method, str) or not _METHOD.fullmatch(method) or method.upper() in ("CONNECT", "TRACE"):
        raise Denied("ctx.fetch takes a method such as GET or POST, and neither CONNECT nor TRACE")
    return _Wanted(
        method=method.upper(), url=_address(arguments.get("url")), headers=_headers(arguments.get("headers")), body=_body(arguments)
    )


def _address(url: Any) -> SplitResult:
    if not isinstance(url, str) or len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Denied("ctx.fetch takes the URL as text in visible ASCII without spaces: quote the rest (urllib.parse.quote)")
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        has_port = False
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in _PORTS or not parts.hostname or not has_port:
        raise Denied("ctx.fetch takes a URL that begins with https://, or http://, and a host")
    if parts.username is not None or parts.password is not None:
        raise Denied("ctx.fetch takes no name and password in a URL: put them into a header")
    return parts


def _headers(said: Any) -> Mapping[str, tuple[str, str]]:
    if not isinstance(said, dict) or len(said) > _MOST_HEADERS:
        raise Denied(f"ctx.fetch takes at most {_MOST_HEADERS} headers, by name")
    found: dict[str, tuple[str, str]] = {}
    for name, value in said.items():
        if not _NAME.fullmatch(name) or name.lower() in found:
            raise Denied(f"{name[:64]!r} is no name of a header, or is there twice")
        if _OURS.fullmatch(name):
            raise Denied(f"the header {name} is the host's to say")
        if not isinstance(value, str) or not value.isascii() or not (value.isprintable() or not value):
            raise Denied(f"the header {name} must be text in visible ASCII, in one line")
        found[name.lower()] = (name, value)
    return found


def _body(arguments: Mapping[str, Any]) -> bytes:
    try:
        return b64decode(arguments.get("body", ""), validate=True)
    except (ValueError, TypeError):
        raise Denied("the body of a request is bytes, or text") from None


def _seconds(said: Any) -> float:
    if said is None:
        return float("inf")
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not said > 0:
        raise Denied("the timeout of ctx.fetch is a number of seconds above 0")
    return float(min(said, sys.maxsize))  # no float holds every integer


def _target(url: SplitResult) -> str:
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


def _unless(given: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """What a request says by itself, where the skill does not say otherwise."""
    return [] if "user-agent" in given else [("User-Agent", "skillpod")]


# --- what is answered ------------------------------------------------------------------------------------------------------------


def _redirected(wanted: _Wanted, answer: Answered, echoes: Disclosed) -> _Wanted | None:
    """Where an answer sends this request (RFC 9110, 15.4); None when it is one. Raises Denied for where it may not be sent."""
    place = next((value for name, value in answer.headers if name.lower() == "location"), "")
    if answer.status not in (301, 302, 303, 307, 308) or not place:
        return None
    if echoes.redacted(place) != place:
        raise Denied(f"{wanted.url.hostname} sends the request on to an address that has a secret in it: that is not followed")
    url = _further(wanted.url, place)
    if wanted.url.scheme == "https" and url.scheme == "http":
        raise Denied(f"{wanted.url.hostname} sends the request on to http://{url.hostname}, without encryption: that is not followed")
    headers = wanted.headers
    further = replace(wanted, url=url)
    if (further.url.hostname, further.port) != (wanted.url.hostname, wanted.port):
        headers = {name: header for name, header in headers.items() if name not in _WHOSE}
    if answer.status in (307, 308) or wanted.method in ("GET", "HEAD"):
        return replace(further, headers=headers)
    headers = {name: header for name, header in headers.items() if not name.startswith("content-")}
    return replace(further, method="GET", headers=headers, body=b"")


def _further(url: SplitResult, place: str) -> SplitResult:
    """Raises Denied for what is no address of http. The place is not said: it may be anything."""
    try:
        return _address(urljoin(url.geturl(), place))
    except (Denied, ValueError):
        raise Denied(f"{url.hostname} sends the request on to what is no address of http or https: that is not followed") from None


def _told(wanted: _Wanted, answer: Answered, echoes: Disclosed) -> dict[str, Any]:
    """As the skill hears it: without what the host put into the request, which some servers send back."""
    body = answer.body
    if echoes:
        body = echoes.redacted(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    headers = [[name, _legible(echoes.redacted(value))] for name, value in answer.headers if name.lower() not in _FRAMING]
    return {"status": answer.status, "url": wanted.url.geturl(), "headers": headers, "body": b64encode(body).decode("ascii")}


def _legible(value: str) -> str:
    """http.client reads headers as Latin-1; what is no text stays what it was, for the skill to judge."""
    return value.encode("utf-8", "backslashreplace").decode()
