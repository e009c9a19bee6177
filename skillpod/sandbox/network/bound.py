"""Secrets that no skill sees: put by the host into requests to where each is bound, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from skillpod.errors import SecretUnusable
from skillpod.sandbox.asks.asking import Denied, Reached
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.secrets import Secrets


class Place(NamedTuple):
    """Where a request goes: ``host`` as grants spell it."""

    scheme: str
    host: str
    port: int


class BoundSecrets:
    """Of the ``granted`` ones those that are bound now: read anew for each request, so that one that was rotated is there at once."""

    def __init__(self, secrets: Secrets, *, granted: frozenset[str]) -> None:
        self._secrets = secrets
        self._granted = granted

    async def headers(self, place: Place, given: Collection[str], reached: Reached) -> tuple[list[tuple[str, str]], Disclosed]:
        """Those of a request to there, and what is in them, so that it can be taken out of the answer. ``given`` are the skill's own, in
        lower case. Raises Denied."""
        put: dict[str, tuple[str, str]] = {}
        echoes = Disclosed()  # of this request, and not of the guests': they would learn from what is taken out whether they guess right
        for name in sorted(self._granted):
            try:
                bound = self._secrets.bound(name)
                if bound is None or (bound.scheme, bound.host) != place[:2] or place.port not in bound.ports:
                    continue
                if bound.header.lower() in {*given, *put}:
                    raise Denied(f"the header {bound.header} to {place.host} is the host's: it carries the secret {name}")
                secret = await self._secrets.read(name)
            except SecretUnusable as fault:
                raise Denied(f"the host can't get the secret {name!r} now; its operator can see why") from fault
            if not (secret.reveal().isascii() and secret.reveal().isprintable()):
                raise Denied(f"the secret {name!r} has characters that no header takes; its operator must know")
            put[bound.header.lower()] = (bound.header, bound.format.replace("{}", secret.reveal()))
            echoes.add(secret)
            reached.secrets.add(name)
        return list(put.values()), echoes
