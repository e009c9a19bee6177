"""Ask the host a secret is bound to for what it was told, and read the secret in its answer."""

from pathlib import Path

import pytest

from skillpod.model.secret import Bound
from skillpod.sandbox.disclosed import Disclosed
from tests.escapes.granted import VALUE, attempts, secrets, to
from tests.support.remembering import serving

STOPPED_BY = ("what the host put into a request is taken out of its answer",)
BODY = """
response = ctx.fetch(f"http://localhost:{port}/echo")
said = response.text() + response.headers["x-echo"] + base64.b64decode(response.headers["x-encoded"] + "==", b"-_").decode("latin-1")
return said[::-1]
"""


def in_the_jail(folder: Path) -> None:
    assert VALUE[::-1] not in _said(folder)


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Disclosed, "add", lambda self, secret: None)
        assert VALUE[::-1] in _said(folder)


def _said(folder: Path) -> str:
    with serving() as web:
        kept = secrets(folder, OWN=Bound(host="localhost", ports=(web.port,), scheme="http"))
        value, _ = attempts(BODY, kept, to(web, names=("OWN",)), port=web.port)
        assert web.headers("authorization") == [f"Bearer {VALUE}"]
        return str(value)
