"""Leave a secret in ctx.state, on disk, for a later version that was not granted it."""

from pathlib import Path

import pytest

from skillpod.sandbox.disclosed import Disclosed
from tests.escapes.granted import VALUE, attempts, secrets, to

STOPPED_BY = ("state takes no secret",)
BODY = """
try:
    ctx.state["kept"] = base64.b64encode(b"me:" + ctx.secret("OWN").encode()).decode()
except StateError:
    pass
return ctx.state.get("kept") and base64.b64decode(ctx.state["kept"]).decode()[:2:-1]
"""


def in_the_jail(folder: Path) -> None:
    value, _ = attempts(BODY, secrets(folder, OWN=None), to(names=("OWN",)))
    assert value is None


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Disclosed, "named_in", lambda self, value: "")
        value, _ = attempts(BODY, secrets(folder, OWN=None), to(names=("OWN",)))
    assert value == VALUE[::-1]
