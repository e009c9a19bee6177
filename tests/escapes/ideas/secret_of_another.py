"""Ask for a secret that was granted to another skill, by its name, past the Context."""

from pathlib import Path

from tests.escapes.granted import VALUE, attempts, secrets, to

STOPPED_BY = ("the grants",)
BODY = """
try:
    return ctx._channel.ask("secret.get", {"name": "OTHER"})[::-1]
except StateError:
    return "no"
"""


def in_the_jail(folder: Path) -> None:
    value, _ = attempts(BODY, secrets(folder, OWN=None, OTHER=None), to(names=("OWN",)))
    assert value == "no"


def without_the_wall(folder: Path) -> None:
    value, _ = attempts(BODY, secrets(folder, OWN=None, OTHER=None), to(names=("OWN", "OTHER")))
    assert value == VALUE[::-1]
