"""Have the host it is bound to send a request on to another, which then reads the secret in its header."""

from pathlib import Path

import pytest

from skillpod.model.secret import Bound
from skillpod.sandbox.secrets import Secrets
from tests.escapes.granted import VALUE, attempts, secrets, to
from tests.support.remembering import serving

STOPPED_BY = ("each request is asked anew where it goes",)
BODY = "return ctx.fetch(f'http://localhost:{port}/from').status"


def in_the_jail(folder: Path) -> None:
    bound, other = _heard(folder)
    assert bound == [f"Bearer {VALUE}"]
    assert other == [""]


def without_the_wall(folder: Path) -> None:
    everywhere = Bound(host="localhost", ports=tuple(range(1, 65536)), scheme="http")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Secrets, "bound", lambda self, name: everywhere)
        _, other = _heard(folder)
    assert other == [f"Bearer {VALUE}"]


def _heard(folder: Path) -> tuple[list[str], list[str]]:
    """What each of two servers was told in the header: the one it is bound to, and the one that sends on to."""
    with serving() as here, serving() as there:
        here.redirects["/from"] = (302, f"http://localhost:{there.port}/echo")
        kept = secrets(folder, OWN=Bound(host="localhost", ports=(here.port,), scheme="http"))
        attempts(BODY, kept, to(here, there, names=("OWN",)), port=here.port)
        return here.headers("authorization"), there.headers("authorization")
