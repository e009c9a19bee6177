"""What connections carry, and which calls are charged with it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from skillpod.model.reach import Traffic
from skillpod.sandbox.asks.asking import Reached
from skillpod.sandbox.network.meter import Meter, read

PLACE = "a.example:443"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as one,
        server.accept()[0] as other,
    ):
        yield one, other


def test_the_kernel_counts_what_was_sent_and_received(ends: tuple[socket.socket, socket.socket]) -> None:
    one, other = ends
    one.sendall(b"x" * 1000)
    other.recv(1000, socket.MSG_WAITALL)
    other.sendall(b"y" * 300)
    one.recv(300, socket.MSG_WAITALL)
    found = read(one)
    assert (found.sent, found.received, found.is_over) == (1000, 300, False)


def test_what_waits_to_be_sent_is_counted(ends: tuple[socket.socket, socket.socket]) -> None:
    one, _ = ends
    one.setblocking(False)
    sent = 0
    while True:
        try:
            sent += one.send(b"x" * 65536)
        except BlockingIOError:
            break
    assert read(one).sent == sent


def test_a_connection_that_was_reset_is_over(ends: tuple[socket.socket, socket.socket]) -> None:
    one, other = ends
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    other.close()
    with pytest.raises(ConnectionResetError):
        one.recv(1)
    assert read(one).is_over


def test_calls_that_overlap_are_each_charged_with_all() -> None:
    meter, one, other = Meter(1000), Reached(0.0), Reached(0.0)
    meter.begin(one)
    meter.count(PLACE, Traffic(connections=1, sent=10))
    meter.begin(other)
    meter.count(PLACE, Traffic(received=20))
    meter.end(one)
    meter.count(PLACE, Traffic(received=5))
    assert one.network == {PLACE: Traffic(connections=1, sent=10, received=20)}
    assert other.network == {PLACE: Traffic(received=25)}


def test_what_passes_between_calls_is_charged_to_the_next_and_to_no_other() -> None:
    meter, one, other = Meter(1000), Reached(0.0), Reached(0.0)
    meter.count(PLACE, Traffic(connections=1, sent=600))
    meter.begin(one)
    assert not [*meter.exceeded()]
    meter.count(PLACE, Traffic(received=401))
    assert [*meter.exceeded()] == [one]
    meter.end(one)
    meter.begin(other)
    assert other.network == {}
    assert not [*meter.exceeded()]


def test_the_limit_holds_between_calls_too() -> None:
    meter = Meter(1000)
    meter.count(PLACE, Traffic(received=1001))
    assert [*meter.exceeded()] == [None]
