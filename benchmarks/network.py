"""A granted connection beside a direct one: an exchange over one that is kept, over a new one each time, and a long download.

The same lines run in a guest and in a process without walls, in turn, against a server in a process of its own; each is timed where it
runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.launches import launch
from benchmarks.measure import Series
from benchmarks.peers.ours import Forgetful
from benchmarks.table import Row
from skillpod.model.capability import Lifetime, NetworkAsk, Permissions
from skillpod.model.command import OWNER
from skillpod.model.manifest import MIB, Limits
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means

_HOST = "localhost"
_SERVER = """
import socket, sys, threading
listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(listening.getsockname()[1], flush=True)
block = b"x" * (1 << 18)
def serve(sock):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with sock:
        while asked := sock.recv(128):
            size = int(asked[:16])
            for _ in range(size // len(block)):
                sock.sendall(block)
            sock.sendall(block[: size % len(block)])
while True:
    threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()
"""
_CLIENT = """
import socket, time

def connected(host, port):
    sock = socket.create_connection((host, port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock

def exchange(sock, size, room):
    sock.sendall(b"%16d" % size)
    while size:
        size -= sock.recv_into(room)

def kept(host, port, times):
    with connected(host, port) as sock:
        return timed(times, lambda: exchange(sock, 200, memoryview(bytearray(1 << 12))))

def anew(host, port, times):
    def one():
        with connected(host, port) as sock:
            exchange(sock, 200, memoryview(bytearray(1 << 12)))
    return timed(times, one)

def download(host, port, times):
    room = memoryview(bytearray(1 << 18))
    with connected(host, port) as sock:
        return timed(times, lambda: exchange(sock, 100 << 20, room))

def timed(times, thing):
    thing()
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        thing()
        spent.append(time.perf_counter() - started)
    return spent
"""
_HANDLER = f"""\
from skillpod import tool
{_CLIENT}

@tool
def measure(what: str, host: str, port: int, times: int) -> list[float]:
    return globals()[what](host, port, times)
"""
_DIRECT = f"""\
import json, sys
{_CLIENT}
for line in sys.stdin:
    what, *given = json.loads(line)
    print(json.dumps(globals()[what](*given)), flush=True)
"""

Measure = Callable[[str, int], Awaitable[list[float]]]


@dataclass(frozen=True, slots=True)
class Effort:
    """In each round so many exchanges over a kept connection and over new ones, and so many downloads."""

    rounds: int
    kept: int
    anew: int
    downloads: int


THOROUGH = Effort(rounds=10, kept=500, anew=100, downloads=3)
QUICK = Effort(rounds=1, kept=20, anew=5, downloads=1)


async def network(effort: Effort) -> list[Row]:
    times = {"kept": effort.kept, "anew": effort.anew, "download": effort.downloads}
    with _process(_SERVER) as server, _process(_DIRECT) as plain:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        jail = JailSandbox(Means(memory=Forgetful()))
        guests = jail.open(_launch(port), on_death=_raise)
        try:
            await guests.prove()

            async def brokered(what: str, often: int) -> list[float]:
                reply = await guests.call("measure", {"what": what, "host": _HOST, "port": port, "times": often}, OWNER)
                return [float(seconds) for seconds in reply.value]

            async def direct(what: str, often: int) -> list[float]:
                return _asked(plain, [what, _HOST, port, often])

            found = await _in_turn(effort.rounds, times, {"brokered": brokered, "direct": direct})
        finally:
            await guests.close()
            await jail.close()
    return _rows(found)


async def _in_turn(rounds: int, times: dict[str, int], ways: dict[str, Measure]) -> dict[tuple[str, str], Series]:
    found = {(what, way): Series() for what in times for way in ways}
    for _ in range(rounds):
        for what, often in times.items():
            for way, measure in ways.items():
                for seconds in await measure(what, often):
                    found[what, way].add(seconds)
    return found


def _rows(found: dict[tuple[str, str], Series]) -> list[Row]:
    floor = "a direct socket"
    kept, anew = (
        Row(words, found[what, "brokered"], floor, found[what, "direct"], 2.5, is_ratio=True) for what, words in _EXCHANGES.items()
    )
    speeds = {way: Series([100 * MIB / 1e6 / seconds for seconds in found["download", way].samples]) for way in ("brokered", "direct")}
    download = Row("a download of 100 MiB", speeds["brokered"], floor, speeds["direct"], 0.9, is_ratio=True, unit="MB/s")
    return [kept, anew, download]


_EXCHANGES = {"kept": "an exchange over a kept connection", "anew": "an exchange over a new connection"}


def _launch(port: int) -> Any:
    grants = Permissions(network=frozenset({NetworkAsk(_HOST, (port,), "private")}))
    return launch(_HANDLER, lifetime=Lifetime.SKILL, most=1, limits=Limits(wall=600.0, cpu=600.0, traffic=16 * 1024 * MIB), grants=grants)


@contextmanager
def _process(program: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _asked(process: subprocess.Popen[str], question: list[Any]) -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    return [float(seconds) for seconds in json.loads(process.stdout.readline())]


def _raise(error: Exception) -> None:
    raise error
