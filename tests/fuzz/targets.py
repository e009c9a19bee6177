"""What the fuzzer calls: bytes in, nothing out, an AssertionError for what must never be. Each target has the seeds it starts from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from skillpod.errors import SkillFailed
from skillpod.model.guest import Reply
from skillpod.model.manifest import Limits
from skillpod.sandbox.forked import Exit
from tests.fuzz.oracles import both_readers_agree, brackets_are_counted, only_strict_json_is_taken
from tests.support.puppet import Strings, framed, held
from tests.support.starting import DESCRIBED, FAILED, REPORT, started

LIMITS = Limits(wall=30.0, output=4096)
NONCES = (b"0" * 32, b"1" * 32)
"""Stand for the nonces of the two calls in flight, which the fuzzer can't guess, and a guest knows."""

_WHOLE, _SIZE = 0x80, 0x7F  # of the first byte: whether lines become frames, and how much is sent at once


@dataclass(frozen=True, slots=True)
class Target:
    attack: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def wire(data: bytes) -> None:
    if data:
        both_readers_agree(data[1:], [data[0] + 1])
        brackets_are_counted(data[1:])
        only_strict_json_is_taken(data[1:])


def conversation(data: bytes) -> None:
    """Two calls at once, and a guest that says this."""
    asyncio.run(_converse(data))


def start(data: bytes) -> None:
    """A guest that says this of itself and exits."""

    def act(guest: Strings) -> None:
        asyncio.get_running_loop().create_task(_speak(guest, data, exits=True))

    asyncio.run(started(act))


async def _converse(data: bytes) -> None:
    async with held(LIMITS) as puppet:
        calls = [asyncio.ensure_future(puppet.guest.call("look", {}, LIMITS.wall)) for _ in NONCES]
        await asyncio.sleep(0)
        sent = puppet.wire.recv(4096).split(b'"nonce":"')[1:]
        for stand_in, call in zip(NONCES, sent, strict=True):
            data = data.replace(stand_in, call[:32])
        await _speak(puppet, data, exits=False)
        puppet.guest.kill()
        for ended in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(ended, Reply | SkillFailed), ended


async def _speak(guest: Strings, data: bytes, *, exits: bool) -> None:
    """The first byte says how: lines as frames or the bytes as they are, in pieces of which size."""
    how, said = (data[0], data[1:]) if data else (0, b"")
    if how & _WHOLE:
        said = b"".join(map(framed, said.split(b"\n")))
    size = 1 + (how & _SIZE) ** 2
    guest.wire.setblocking(False)
    with suppress(OSError):  # the host may have hung up
        for at in range(0, len(said), size):
            guest.wire.send(said[at : at + size])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    if exits and not guest.puppet.exited.done():
        guest.puppet.exited.set_result(Exit(0, 0.0, 1))


def _lines(*frames: Mapping[str, Any], size: int = _SIZE) -> bytes:
    return bytes([_WHOLE | size]) + b"\n".join(json.dumps(frame).encode() for frame in frames)


def _raw(*bodies: bytes) -> bytes:
    return bytes([9]) + b"".join(map(framed, bodies))


def _conversations() -> Iterable[bytes]:
    mine, other = (nonce.decode() for nonce in NONCES)
    result = {"t": "result", "nonce": mine, "value": [1, "a"], "cpu": 0.1, "peak": 1}
    failed = {"t": "failed", "nonce": other, "error": {"type": "E", "message": "m", "traceback": ""}, "cpu": 0, "peak": 0}
    put, get, replace = (
        {"t": "ask", "nonce": mine, "id": 1, "operation": f"state.{operation}", "arguments": {"key": "a", "value": 1, "values": {"a": 1}}}
        for operation in ("put", "get", "replace")
    )
    log = {"t": "tell", "nonce": other, "operation": "log", "arguments": {"level": "INFO", "message": "m"}}
    progress = {"t": "tell", "nonce": mine, "operation": "progress", "arguments": {"fraction": 0.5, "message": "m"}}
    yield from (_lines(result), _lines(failed), _lines(put, get, replace, result), _lines(log, progress, result, failed, size=3))
    yield from (
        _lines(*[log] * 20, result),
        _raw(json.dumps(result).encode()),
        _lines(result, result),
        b"\x00\xff\xff\xff\xff",
        _lines({**result, "cpu": 10**400}),
    )


TARGETS: Mapping[str, Target] = {
    "wire": Target(
        wire,
        (_raw(b"{}", b'{"a":[1,2.5e3,"\\u00e9\\"",null,true]}'), _raw(b'{"a":{"a":{}},"b":"\\ud83d\\ude00"}'), b"\x01" + b"[" * 70),
    ),
    "conversation": Target(conversation, tuple(_conversations())),
    "start": Target(
        start, (_lines(REPORT, DESCRIBED), _lines(REPORT, FAILED), _lines(REPORT, DESCRIBED, size=4), _lines(DESCRIBED, REPORT))
    ),
}
WORDS = ("result", "failed", "ask", "tell", "walls", "described", "load_failed", *(nonce.decode() for nonce in NONCES))
"""What no mutation comes upon by itself."""
