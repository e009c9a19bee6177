"""Be sent on to another host by one that was granted."""

from pathlib import Path

from tests.escapes.attack import Call, Given
from tests.escapes.reaching import ended, no_gate

STOPPED_BY = ("the gate of the host, which makes the connections",)


def attack(call: Call, given: Given) -> bool:
    import urllib.request

    there = f"http%3A%2F%2Felsewhere.example:{given['granted']}"
    return bool(urllib.request.urlopen(f"http://{given['name']}:{given['granted']}/to/{there}", timeout=5).read() == b"hello")


def in_the_jail(folder: Path) -> None:
    assert ended(attack) == "URLError"


def without_the_wall(folder: Path) -> None:
    assert ended(attack, remove=no_gate) == "escaped"
