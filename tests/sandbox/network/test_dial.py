"""Look-ups under a grant, and connections to what came of them."""

from __future__ import annotations

import asyncio
import errno
import resource
import select
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from ipaddress import ip_address

import pytest

from skillpod.model.capability import NetworkAsk
from skillpod.sandbox.network.dial import Resolver, Unresolved, connect
from skillpod.sandbox.network.gate import Address, Barred, Gate

GATE = Gate([NetworkAsk("a.example", (443,)), NetworkAsk("*.home.example", (80,), "private")])


def _resolved(resolver: Resolver, host: str, port: int) -> tuple[Address, ...]:
    return asyncio.run(resolver.resolve(GATE, host, port))


def _saying(*addresses: str) -> Resolver:
    return Resolver(lambda name: addresses)


def test_a_granted_name_becomes_its_addresses_in_their_order() -> None:
    found = _resolved(_saying("93.184.215.14", "2606:2800:21f::1", "93.184.215.14"), "A.example.", 443)
    assert [str(address.ip) for address in found] == ["93.184.215.14", "2606:2800:21f::1"]
    assert {address.host for address in found} == {"a.example"}


def test_addresses_that_may_not_be_dialled_are_left_out_and_said_when_there_are_no_others() -> None:
    found = _resolved(_saying("127.0.0.1", "93.184.215.14"), "a.example", 443)
    assert [str(address.ip) for address in found] == ["93.184.215.14"]
    with pytest.raises(Barred, match=r"a\.example:443 was refused: 127\.0\.0\.1 is an address of this machine"):
        _resolved(_saying("127.0.0.1"), "a.example", 443)


def test_a_name_that_was_not_granted_is_never_looked_up() -> None:
    asked: list[str] = []

    def lookup(name: str) -> Sequence[str]:
        asked.append(name)
        return ("93.184.215.14",)

    with pytest.raises(Barred):
        _resolved(Resolver(lookup), "secret-in-a-name.evil.example", 443)
    assert asked == []


def test_a_look_up_that_takes_too_long_is_left_and_others_go_on() -> None:
    release = threading.Event()

    def lookup(name: str) -> Sequence[str]:
        if name == "slow.home.example":
            release.wait(30)
        return ("10.0.0.1",)

    async def both() -> None:
        resolver = Resolver(lookup, seconds=0.2)
        slow = asyncio.create_task(resolver.resolve(GATE, "slow.home.example", 80))
        assert await resolver.resolve(GATE, "fast.home.example", 80)
        with pytest.raises(Unresolved, match="not resolved in time") as fault:
            await slow
        assert fault.value.code == socket.EAI_AGAIN

    asyncio.run(both())
    release.set()


def test_a_name_without_an_address_says_so() -> None:
    def lookup(name: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(Unresolved, match=r"a\.example can't be resolved: Name or service not known"):
        _resolved(Resolver(lookup), "a.example", 443)


def test_a_connection_is_handed_over_while_it_is_made() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        connect(Address("a", ip_address("127.0.0.1"), server.getsockname()[1])) as dialled,
    ):
        assert not dialled.getblocking()
        assert select.select([], [dialled], [], 10)[1]
        assert dialled.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        assert dialled.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_connections_leave_the_process_descriptors_to_go_on_with() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as held:
        there = Address("a.example", ip_address("127.0.0.1"), server.getsockname()[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (server.fileno() + 200, most[1]))
        try:
            for _ in range(120):
                held.enter_context(connect(there))
            with pytest.raises(OSError, match=r"a\.example:\d+: the pod has too many connections open") as raised:
                [held.enter_context(connect(there)) for _ in range(80)]
            spare = [held.enter_context(socket.socket()) for _ in range(40)]
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, most)
    assert raised.value.errno == errno.EMFILE
    assert len(spare) == 40
