"""Whatever a guest sends, in whatever order and pieces: the call ends in a reply or an error of ours, and everything is given back."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import SkillpodError
from skillpod.model.guest import Reply
from skillpod.model.manifest import Limits
from skillpod.sandbox.broker import Broker
from skillpod.sandbox.connection import Connection
from skillpod.sandbox.output import Output
from skillpod.sandbox.zygote import Exit, Forked
from tests.support.recollection import Recollection

Frame = dict[str, Any]
LIMITS = Limits(wall=0.5, output=4096)


class Puppet(Forked):
    """A guest that is a socket in the test's hand; killing it makes it exit."""

    __slots__ = ()

    def kill(self) -> None:
        if not self.exited.done():
            self.exited.set_result(Exit(-9, 0.0, 1))

    def cpu(self) -> float:
        return 0.0


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
words = st.sampled_from(["result", "failed", "ask", "tell", "walls", "call", ""])
fields = st.fixed_dictionaries(
    {},
    optional={
        "t": words | anything,
        "nonce": st.sampled_from(["mine", "other"]) | anything,
        "value": anything,
        "cpu": st.floats(0, 9) | anything,
        "peak": st.integers(0, 9) | anything,
        "id": st.integers() | anything,
        "operation": st.sampled_from(["state.get", "state.put", "state.keys", "log", "progress", "no"]) | anything,
        "arguments": st.dictionaries(st.sampled_from(["key", "value", "message", "fraction"]), anything) | anything,
        "error": st.fixed_dictionaries({"type": st.text(max_size=5), "message": st.text(max_size=5), "traceback": st.text(max_size=5)})
        | anything,
    },
)
whole: list[Frame] = [
    {"t": "result", "nonce": "mine", "value": 1, "cpu": 0.1, "peak": 5},
    {"t": "failed", "nonce": "mine", "error": {"type": "E", "message": "m", "traceback": ""}, "cpu": 0, "peak": 0},
    {"t": "ask", "nonce": "mine", "id": 1, "operation": "state.put", "arguments": {"key": "a", "value": 1}},
    {"t": "tell", "nonce": "mine", "operation": "log", "arguments": {"level": "INFO", "message": "m"}},
]
sent = st.lists(st.sampled_from(whole) | fields | st.binary(max_size=12), max_size=6)


def as_bytes(frame: Frame | bytes, nonce: str) -> bytes:
    if isinstance(frame, bytes):
        return frame
    body = json.dumps({**frame, "nonce": nonce} if frame.get("nonce") == "mine" else frame).encode()
    return len(body).to_bytes(4, "big") + body


async def one_call(act: Callable[[socket.socket, str], None], *, seconds: float) -> Reply | SkillpodError:
    """A call to a puppet that answers with ``act``; checks what is left behind."""
    loop = asyncio.get_running_loop()
    troubles: list[dict[str, Any]] = []
    ended: list[SkillpodError | None] = []
    loop.set_exception_handler(lambda _, context: troubles.append(context))
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    output, printed = os.pipe()
    os.set_blocking(output, False)
    puppet = Puppet(wire=ours, output=output, pidfd=os.open("/dev/null", os.O_RDONLY), exited=loop.create_future(), process=0)
    broker = Broker(memory=Recollection(), skill="probe", version=1, output=Output())
    guest = Connection(puppet, limits=LIMITS, broker=broker, output=Output())
    guest.on_end = lambda _, fault: ended.append(fault)
    guest.serve()
    call = asyncio.ensure_future(guest.call("look", {}, seconds))
    await asyncio.sleep(0)
    act(theirs, json.loads(theirs.recv(4096)[4:])["nonce"])
    try:
        return await call
    except SkillpodError as error:
        return error
    finally:
        guest.kill()
        await asyncio.wait_for(guest.gone, 5)
        await asyncio.sleep(0)
        theirs.close()
        os.close(printed)
        assert troubles == []
        assert len(ended) == 1


@settings(max_examples=150, deadline=None)
@given(sent, st.booleans())
def test_any_frames_end_in_a_reply_or_an_error_of_ours(frames: list[Frame | bytes], hangs_up: bool) -> None:
    def act(theirs: socket.socket, nonce: str) -> None:
        theirs.sendall(b"".join(as_bytes(frame, nonce) for frame in frames))
        if hangs_up:
            theirs.shutdown(socket.SHUT_WR)

    ended = asyncio.run(one_call(act, seconds=0.02))
    assert isinstance(ended, Reply | SkillpodError)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60))
def test_a_good_reply_may_come_in_any_pieces(size: int) -> None:
    def act(theirs: socket.socket, nonce: str) -> None:
        data = as_bytes(whole[2], nonce) + as_bytes(whole[3], nonce) + as_bytes(whole[0], nonce)
        loop = asyncio.get_running_loop()
        for turn, start in enumerate(range(0, len(data), size)):
            loop.call_later(turn * 0.0002, theirs.send, data[start : start + size])

    ended = asyncio.run(one_call(act, seconds=5.0))
    assert isinstance(ended, Reply)
    assert ended.value == 1
