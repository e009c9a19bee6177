"""What stands before the HTTP door: for whom a request is meant, from which page, who sends it, how large it is and how many there are.

Sources: RFC 6750 (bearer tokens), RFC 9110 section 15.5, RFC 6585 section 4 (429), the MCP specification's Security Warning for HTTP.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skillpod.config import Http
from skillpod.errors import (
    HostRefused,
    OriginRefused,
    PodUnreachable,
    SkillpodError,
    TokenRefused,
    TooLarge,
    TooManyRequests,
    TooSlow,
)
from skillpod.model.command import OWNER, Caller
from skillpod.serve.address import HttpAddress
from skillpod.serve.pod import CALLER_KEY
from skillpod.serve.replies import refuse
from skillpod.serve.tokens import HOW, Token, Tokens, shown_token
from skillpod.serve.visits import Visits, revoked

BODY_WITHIN = 30.0
"""Seconds a request's body may take to come."""
HELD = 64 * 1024 * 1024
"""Bytes of bodies that one client may have under way at once; one that does not say how large it is counts as the largest."""

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+?)\.?)(?::[0-9]{1,5})?")
_ORIGIN = re.compile(r"https?://(.+)")
_LINGER = 2.0  # seconds that the rest of a request that is too large is read and dropped, so that its sender can read why
_MANY = 10_000  # clients whose rate is remembered

Clock = Callable[[], float]


# --- for whom, from which page -----------------------------------------------------------------------------------------------------


class Names:
    """What we may be called (Host) and whose pages may ask (Origin). An IP address can't be rebound: every one of ours is accepted."""

    def __init__(self, address: HttpAddress, limits: Callable[[], Http], names: Iterable[str] = ()) -> None:
        self._address = address
        self._limits = limits
        self._names = frozenset(name.lower() for name in names)

    def check(self, headers: Headers) -> None:
        """Raises HostRefused, OriginRefused."""
        host = headers.get("host", "")
        if not self._is_ours(_bare(host)):
            hint = "name it with --host-name, or `http: {names: [...]}` in pod.yaml"
            raise HostRefused(f"this door is not called `{host[:100]}`", at="Host", hint=hint)
        for origin in headers.getlist("origin"):  # a second one is no way around the first
            if not self._is_welcome(origin.lower()):
                hint = "list it in `http: {origins: [...]}` of pod.yaml"
                raise OriginRefused(f"pages of `{origin[:100]}` may not ask here", at="Origin", hint=hint)

    def _is_ours(self, host: str) -> bool:
        if host in _LOCAL or host == self._address.host or host in self._names or host in self._limits().names:
            return True
        try:
            found = ipaddress.ip_address(host)
        except ValueError:
            return False
        return found.is_loopback or self._address.is_every

    def _is_welcome(self, origin: str) -> bool:
        if origin in self._limits().origins:
            return True
        found = _ORIGIN.fullmatch(origin)
        host = _bare(found[1]) if found else ""
        return host in _LOCAL or (host != "" and host == self._address.host)


def _bare(host: str) -> str:
    """A Host header without its port; empty when it is none (RFC 9110 section 7.2)."""
    found = _HOST.fullmatch(host.lower())
    return (found[1] or found[2]) if found else ""


# --- how many ----------------------------------------------------------------------------------------------------------------------


class Buckets:
    """One token bucket a client: ``burst`` at once, then ``rate`` a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, limits: Http) -> float:
        """Take one; 0, or the seconds until there is one."""
        now = self._clock()
        level, at = self._levels.pop(client, (float(limits.burst), now))
        level = min(float(limits.burst), level + (now - at) * limits.rate)
        wait = 0.0 if level >= 1 else (1 - level) / limits.rate
        self._levels[client] = (level if wait else level - 1, now)
        if len(self._levels) > _MANY:
            self._levels.popitem(last=False)
        return wait


# --- the guard ---------------------------------------------------------------------------------------------------------------------


class Guard:
    """An ASGI application before another. ``public`` are paths that ask for no token."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: Names,
        tokens: Tokens,
        limits: Callable[[], Http],
        address: HttpAddress,
        public: frozenset[str] = frozenset(),
        clock: Clock = time.monotonic,
    ) -> None:
        """On an ``address`` that only this machine reaches, and with no token ever made, who comes is the owner."""
        self._app = app
        self._names = names
        self._tokens = tokens
        self._limits = limits
        self._is_local = address.is_loopback
        self._public = public
        self._buckets = Buckets(clock)
        self._visits = Visits()
        self._inside: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            token, client = self._examine(scope)
            size = self._sized(scope, client)
        except SkillpodError as refusal:
            await refuse(send, refusal)
            return
        self._inside[client] += 1  # before its body: requests that never come to an end are requests, too
        self._held[client] += size
        try:
            await self._take(scope, receive, send, token)
        finally:
            self._inside[client] -= 1
            self._held[client] -= size
            if not self._inside[client]:
                del self._inside[client], self._held[client]

    async def _take(self, scope: Scope, receive: Receive, send: Send, token: Token | None) -> None:
        try:
            body = await _body(Headers(scope=scope), receive, self._limits().body)
            if not self._counts(token, scope["path"]):
                raise revoked()  # while its body came, for which a client has half a minute
        except SkillpodError as refusal:
            await refuse(send, refusal)
            return
        if body is not None:  # else the client has gone
            await self._let_in(scope, _replay(body, receive), send, token)

    def close(self) -> None:
        """Let nobody in any more, and end what would never end by itself: those who only listen."""
        self._closed = True
        self._visits.end_streams(_stopping())

    async def watch(self) -> None:
        """End, for ever, the requests whose token counts no more while they are answered."""
        await self._visits.watch()

    def _counts(self, token: Token | None, path: str) -> bool:
        """Whether who was let in with this token, or with none, would be let in now."""
        if path in self._public:
            return True
        return self._tokens.counts(token) if token is not None else self._is_local and not self._tokens.asks

    def _examine(self, scope: Scope) -> tuple[Token | None, str]:
        """Who comes, and as whom they are counted. Raises what the client is told."""
        if self._closed:
            raise _stopping()
        headers = Headers(scope=scope)
        self._names.check(headers)
        limits, address = self._limits(), _network(scope)
        try:
            token = self._holder(headers) if scope["path"] not in self._public else None
        except TokenRefused:
            self._count(address, limits)  # who guesses is counted apart from who holds one
            raise
        client = f"token {token.name}" if token else address
        self._count(client, limits)
        return token, client

    def _count(self, client: str, limits: Http) -> None:
        wait = self._buckets.take(client, limits)
        if wait:
            raise _too_many(f"more than {limits.rate:g} requests a second", wait)
        if self._inside[client] >= limits.calls:
            raise _too_many(f"{limits.calls} requests are in flight", 1.0)

    def _sized(self, scope: Scope, client: str) -> int:
        """Bytes its body may come to. Raises TooManyRequests when that is more than this client may have under way beside the others."""
        headers, limit = Headers(scope=scope), self._limits().body
        declared = headers.get("content-length", "0")
        size = limit if "transfer-encoding" in headers or not declared.isdigit() else min(int(declared), limit)
        if self._held[client] + size > max(HELD, limit):
            raise _too_many(f"requests of {HELD} bytes are under way", 1.0)
        return size

    def _holder(self, headers: Headers) -> Token | None:
        """The token that was shown; None where none is asked. Raises TokenRefused, ConfigInvalid."""
        if not self._tokens.are_asked and self._is_local:
            return None
        shown = shown_token(headers.getlist("authorization"))
        if not shown:
            raise TokenRefused("this door asks for a token", at="Authorization", hint=HOW)
        return self._tokens.holder(shown)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send, token: Token | None) -> None:
        is_stream, path = _is_stream(scope), scope["path"]
        caller: Caller = token.caller if token else OWNER

        def counts() -> bool:
            # Of those that came before a token was asked for, calls would be let in no more, and end by themselves.
            return (token is None and not is_stream) or self._counts(token, path)

        await self._visits.during(self._app, {**scope, CALLER_KEY: caller}, receive, send, counts=counts, is_stream=is_stream)


def _is_stream(scope: Scope) -> bool:
    """Whether the answer goes on until somebody leaves: the GET of the handshake era, ``subscriptions/listen`` since 2026-07-28."""
    return scope["method"] == "GET" or Headers(scope=scope).get("mcp-method") == "subscriptions/listen"


def _network(scope: Scope) -> str:
    """The client's address; of IPv6 the network, for one client has 2**64 of them (RFC 6177)."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    if ":" not in host:
        return str(host)
    return str(ipaddress.ip_network((host.partition("%")[0], 64), strict=False))


def _stopping() -> PodUnreachable:
    return PodUnreachable("the pod is stopping", hint="ask again when it runs")


def _too_many(why: str, wait: float) -> TooManyRequests:
    error = TooManyRequests(why, hint="ask again later; pod.yaml sets how many there may be")
    error.retry_after = wait
    return error


# --- bodies ------------------------------------------------------------------------------------------------------------------------


async def _body(headers: Headers, receive: Receive, limit: int) -> bytes | None:
    """The whole body; None when the client has gone. Raises TooLarge, TooSlow."""
    declared = headers.get("content-length", "0")
    is_whole, is_small = False, declared.isdigit() and int(declared) <= limit
    received = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            while is_small:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                received += message.get("body", b"")
                is_whole, is_small = not message.get("more_body"), len(received) <= limit
                if is_whole and is_small:
                    return bytes(received)
            if not is_whole:
                await _drop(receive)
    except TimeoutError:
        raise TooSlow(f"the request did not come within {BODY_WITHIN:g} s", at="body") from None
    raise TooLarge(f"the request is larger than {limit} bytes", at="body", hint="`http: {body: ...}` in pod.yaml sets how large it may be")


async def _drop(receive: Receive) -> None:
    """Read on and keep nothing, for a moment."""
    try:
        async with asyncio.timeout(_LINGER):
            while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
                pass
    except TimeoutError:
        return


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body in one message, then whatever comes: that the client has gone."""
    told = False

    async def receiving() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
