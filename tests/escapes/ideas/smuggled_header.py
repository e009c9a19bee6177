"""Put a line break into a header of a request, and behind it what is the host's to say: where it goes, and what is bound to there."""

import http.client
from pathlib import Path

import pytest

from skillpod.sandbox.network import fetch
from tests.escapes.granted import attempts, secrets, to
from tests.support.remembering import serving

STOPPED_BY = ("headers are read before they are sent",)
BODY = """
try:
    return ctx.fetch(f"http://localhost:{port}/echo", headers={"X-Mine": "a\\r\\nX-Forwarded-Host: inside"}).status
except FetchError:
    return "no"
"""


def in_the_jail(folder: Path) -> None:
    assert _heard(folder) == ("no", [])


def without_the_wall(folder: Path) -> None:
    """Python's own client reads them, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "_headers", lambda said: {name: (name, value) for name, value in said.items()})
        patch.setattr(http.client, "_is_illegal_header_value", lambda value: None)
        assert _heard(folder) == (200, ["inside"])


def _heard(folder: Path) -> tuple[object, list[str]]:
    with serving() as web:
        value, _ = attempts(BODY, secrets(folder), to(web), port=web.port)
        return value, web.headers("x-forwarded-host")
