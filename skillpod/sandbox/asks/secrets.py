"""``ctx.secret`` of a skill: the value of a secret it was granted, handed over while a call runs and never before."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from skillpod.errors import SecretUnusable
from skillpod.model.guest import Act, Attempt, Source, Watch, unwatched
from skillpod.sandbox.asks.asking import Answer, Denied, Reached
from skillpod.sandbox.disclosed import Disclosed
from skillpod.sandbox.secrets import Secrets

_SHOWN = 64


class SecretAsks:
    """``disclosed`` is told of each that is handed over, before it is; ``watch`` of each that was asked for and not granted."""

    def __init__(self, secrets: Secrets, *, granted: frozenset[str], disclosed: Disclosed, watch: Watch = unwatched) -> None:
        self._secrets = secrets
        self._granted = granted
        self._disclosed = disclosed
        self._watch = watch

    @property
    def operations(self) -> Mapping[str, Answer]:
        return {"secret.get": self._get}

    def _get(self, arguments: Mapping[str, Any], reached: Reached) -> Awaitable[str]:
        name = arguments.get("name")
        if not isinstance(name, str) or name not in self._granted:
            self._watch(Attempt(act=Act.TAKE, target=str(name)[:_SHOWN], by=Source.BROKER))
            has = f"it has {', '.join(sorted(self._granted))}" if self._granted else "it has none"
            raise Denied(f"the skill was granted no secret {str(name)[:_SHOWN]!r}; {has} (see permissions.secrets)")
        return self._handed(name, reached)

    async def _handed(self, name: str, reached: Reached) -> str:
        try:
            bound = self._secrets.bound(name)
            if bound is not None:
                host = f"{bound.host}:{bound.ports[0]}"
                raise Denied(f"the secret {name!r} is bound to {host}: no skill sees it; ctx.fetch puts it into requests to there")
            secret = await self._secrets.read(name)
        except SecretUnusable as fault:
            raise Denied(f"the host can't get the secret {name!r} now; its operator can see why") from fault
        self._disclosed.add(secret)
        reached.secrets.add(name)
        return secret.reveal()
