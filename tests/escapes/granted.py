"""What a skill that was granted secrets, or the network, gets of them: one skill behind the real walls, and what its call ended in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.capability import Lifetime, NetworkAsk, Permissions
from skillpod.model.command import OWNER
from skillpod.model.guest import Attempt
from skillpod.model.manifest import GuestCount
from skillpod.model.secret import Bound, Kept, SecretSource
from skillpod.ports import Guests
from skillpod.sandbox.secrets import Secrets
from tests.escapes import inside
from tests.support.guests import launch
from tests.support.jailed import jailed
from tests.support.remembering import Web

VALUE = "hunter2-that-is-secret"
HEAD = "import base64, sys, time\nfrom skillpod import Context, FetchError, SecretError, StateError, tool\n"


def secrets(folder: Path, **bounds: Bound | None) -> Secrets:
    """Each in one file, by name; bound where there is something to bind it to."""
    (folder / "secret").write_text(VALUE)
    place = (str(folder / "secret"),)
    sources = {name: SecretSource(kept=Kept.FILE, place=place, bound=bound) for name, bound in bounds.items()}
    return Secrets(lambda: sources)


def to(*webs: Web, names: tuple[str, ...] = ()) -> Permissions:
    network = frozenset(NetworkAsk("localhost", (web.port,), "private") for web in webs)
    return Permissions(network=network, secrets=frozenset(names))


def attempts(body: str, kept: Secrets, grants: Permissions, *, times: int = 1, **arguments: Any) -> tuple[Any, str]:
    """What the last of so many calls of ``run(ctx, **arguments)`` gave, or the code of its error; and all that was heard of the skill."""
    source = _source(body, *arguments)

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> tuple[Any, str]:
        ended: Any = None
        for _ in range(times):
            try:
                ended = (await guests.call("run", arguments, OWNER)).value
                words = str(ended)
            except SkillpodError as error:
                ended, words = error.code, f"{error.as_dict()} {getattr(error, 'traceback', '')}"
        return ended, words + guests.output()

    lifetime = Lifetime.SKILL if times > 1 else Lifetime.CALL
    found: tuple[Any, str] = jailed(launch(source, grants=grants, lifetime=lifetime, guests=GuestCount(0, 1)), act, secrets=kept)
    return found


def reached(body: str, kept: Secrets, grants: Permissions) -> str:
    """What a call of ``run(ctx)`` reached, and what it tried, as the log has both."""
    tried: list[Attempt] = []

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> str:
        reply = await guests.call("run", {}, OWNER)
        return f"{reply.usage.reach.as_dict()} {[attempt.as_dict() for attempt in tried]}"

    found: str = jailed(launch(_source(body), grants=grants), act, secrets=kept, watch=tried.append)
    return found


def _source(body: str, *names: str) -> str:
    lines, given = "\n    ".join(body.strip().splitlines()), "".join(f"{name}: object, " for name in names)
    return f"{Path(inside.__file__).read_text('utf-8')}\n{HEAD}\n@tool\ndef run({given}ctx: Context) -> object:\n    {lines}\n"
