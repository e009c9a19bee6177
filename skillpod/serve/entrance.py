"""Who asks at the control socket: the user at the other end, or whoever's token the request shows.

A token is instead of the user, never beside: one that is unknown or has ended is refused, and nobody is the owner for having shown it.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skillpod.errors import SkillpodError, TokenRefused
from skillpod.model.command import OWNER, Caller
from skillpod.model.principal import LOCAL_OWNER, Principal
from skillpod.serve.pod import CALLER_KEY, PRINCIPAL_KEY
from skillpod.serve.replies import refuse
from skillpod.serve.tokens import Token, Tokens, shown_token
from skillpod.serve.visits import Visits, revoked


def principal_of(request: Request) -> Principal:
    """Who gives a command, as the entrance found it."""
    principal: Principal = request.scope[PRINCIPAL_KEY]
    return principal


def caller_of(request: Request) -> Caller:
    """Who uses tools: the owner, whichever user of the machine that is, or the holder of a token."""
    caller: Caller = request.scope[CALLER_KEY]
    return caller


class Entrance:
    """An ASGI application before the control API. What is under way for a token that counts no more is ended, while ``watch`` runs."""

    def __init__(self, app: ASGIApp, home: Path) -> None:
        self._app = app
        self._home = home
        self._visits = Visits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            token = self._holder(Headers(scope=scope))
            principal = token.principal if token is not None else _peer(scope)
        except SkillpodError as refusal:
            await refuse(send, refusal)
            return
        here = {**scope, PRINCIPAL_KEY: principal, CALLER_KEY: OWNER if token is None else token.caller}
        if token is None:
            await self._app(here, receive, send)
            return

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not self._tokens.counts(token):
                raise revoked()  # while its body came
            return message

        await self._visits.during(self._app, here, receiving, send, counts=lambda: self._tokens.counts(token))

    async def watch(self) -> None:
        await self._visits.watch()

    def _holder(self, headers: Headers) -> Token | None:
        """Whose token was shown; None when none was. Raises TokenRefused, ConfigInvalid."""
        shown = shown_token(headers.getlist("authorization"))
        return self._tokens.holder(shown) if shown else None

    @cached_property
    def _tokens(self) -> Tokens:
        """Read when the first is shown: a file that is no good keeps nobody out who comes without one."""
        return Tokens(self._home)


def _peer(scope: Scope) -> Principal:
    """The user at the other end, who is the owner or root: others are not connected. Raises TokenRefused when the kernel did not say."""
    client = scope.get("client")
    if not client:
        raise TokenRefused("which user is at the other end of the socket is not known", hint="show a token")
    return Principal(name=client[0], roles=LOCAL_OWNER.roles)
