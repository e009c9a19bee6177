"""The host's end of a program's run, spoken to by a stranger: what is not in order, what is too much, and a line that ends."""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest

from skillpod.errors import WireBroken
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from skillpod.sandbox.asks.asking import Denied
from skillpod.sandbox.asks.run import Ended, Order, carry_out
from skillpod.sandbox.forked import Exit, Forked
from skillpod.sandbox.guest.walls.board import REQUIRED
from skillpod.sandbox.wire import encode

WALLS: Mapping[str, Any] = {
    "t": "walls",
    "walls": [{"name": name, "state": "active", "required": True, "detail": "", "remedy": ""} for name in sorted(REQUIRED)],
    "self_test": {"read a file": "refused"},
    "volumes": {},
    "failed": False,
}


def wrote(data: bytes, to: int = 1) -> dict[str, Any]:
    return {"t": "wrote", "to": to, "data": b64encode(data).decode()}


def ended(status: object = 0, over: object = False) -> dict[str, Any]:
    return {"t": "ended", "status": status, "over": over}


def heard(*said: Mapping[str, Any] | bytes, output: int = 64, stdin: bytes = b"") -> Ended:
    """What the host makes of it, when that is all that is said before the line ends."""

    async def once() -> Ended:
        async def fork(limits: Limits, lifetime: Lifetime) -> Forked:
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            theirs.sendall(b"".join(part if isinstance(part, bytes) else encode(part) for part in said))
            theirs.shutdown(socket.SHUT_WR)
            held.append(theirs)
            exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
            exited.set_result(Exit(-9))
            return Forked(wire=ours, output=-1, pidfd=-1, exited=exited, process=-1)  # it has ended: there is nobody to kill

        held: list[socket.socket] = []
        order = Order(
            name="it",
            path="/usr/bin/it",
            argv=("it",),
            environment={},
            volume="",
            stdin=stdin,
            seconds=10.0,
            limits=Limits(output=output),
        )
        try:
            found, _ = await carry_out(fork, order, since=asyncio.get_running_loop().time())
            return found
        finally:
            for theirs in held:
                theirs.close()

    return asyncio.run(once())


def test_what_it_wrote_comes_together_by_its_streams() -> None:
    found = heard(WALLS, wrote(b"one "), wrote(b"wrong", 2), wrote(b"two"), ended(3))
    assert (found.status, bytes(found.stdout), bytes(found.stderr)) == (3, b"one two", b"wrong")


@pytest.mark.parametrize(
    "said",
    [
        {"t": "wrote", "to": 3, "data": ""},
        {"t": "wrote", "to": 1, "data": "no base64!"},
        {"t": "wrote", "to": 1, "data": 5},
        ended(status=4711),
        ended(status="0"),
        ended(over=1),
        {"t": "other"},
        {"t": "walls"},
        {},
        (1 << 24).to_bytes(4, "big"),
        b"\x00\x00\x00\x02[]",
    ],
    ids=str,
)
def test_what_is_not_in_order_ends_it(said: Mapping[str, Any] | bytes) -> None:
    with pytest.raises(WireBroken, match="what runs `it` broke the protocol"):
        heard(WALLS, said)


def test_nothing_is_begun_behind_walls_that_are_not_reported() -> None:
    with pytest.raises(WireBroken):
        heard(ended())


@pytest.mark.parametrize("said", [(wrote(b"x" * 40), wrote(b"x" * 40, 2), ended()), (ended(-9, over=True),)])
def test_more_than_it_may_write_is_refused_whoever_counts(said: tuple[Mapping[str, Any], ...]) -> None:
    with pytest.raises(Denied, match="wrote more than 64 bytes"):
        heard(WALLS, *said)


def test_a_line_that_ends_is_told_with_what_ended_it() -> None:
    with pytest.raises(Denied, match="ended from outside \\(SIGKILL\\)"):
        heard(WALLS, wrote(b"x"))
