"""Whatever a guest sends, in whatever order and pieces: the call ends in a reply or an error of ours, and everything is given back."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import SkillpodError
from skillpod.model.guest import Reply
from skillpod.model.manifest import Limits
from tests.support.puppet import Frame, framed, held

LIMITS = Limits(wall=0.5, output=4096)


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
huge = st.sampled_from([2**63 - 1, 2**63, 10**400, -(10**400), 1.7e308])
words = st.sampled_from(["result", "failed", "ask", "tell", "walls", "call", ""])
fields = st.fixed_dictionaries(
    {},
    optional={
        "t": words | anything,
        "nonce": st.sampled_from(["mine", "other"]) | anything,
        "value": anything,
        "cpu": st.floats(0, 9) | huge | anything,
        "peak": st.integers(0, 9) | huge | anything,
        "id": st.integers() | anything,
        "operation": st.sampled_from(["state.get", "state.put", "state.keys", "log", "progress", "no"]) | anything,
        "arguments": st.dictionaries(st.sampled_from(["key", "value", "message", "fraction"]), anything) | anything,
        "error": st.fixed_dictionaries({"type": st.text(max_size=5), "message": st.text(max_size=5), "traceback": st.text(max_size=5)})
        | anything,
    },
)
reply: Frame = {"t": "result", "nonce": "mine", "value": 1, "cpu": 0.1, "peak": 5}
ask: Frame = {"t": "ask", "nonce": "mine", "id": 1, "operation": "state.put", "arguments": {"key": "a", "value": 1}}
tell: Frame = {"t": "tell", "nonce": "mine", "operation": "log", "arguments": {"level": "INFO", "message": "m"}}
whole: list[Frame] = [
    reply,
    {"t": "result", "nonce": "mine", "value": 1, "cpu": 10**400, "peak": 10**400},
    {"t": "failed", "nonce": "mine", "error": {"type": "E", "message": "m", "traceback": ""}, "cpu": 0, "peak": 0},
    ask,
    tell,
]
sent = st.lists(st.sampled_from(whole) | fields | st.binary(max_size=12), max_size=6)


def as_bytes(frame: Frame | bytes, nonce: str) -> bytes:
    if isinstance(frame, bytes):
        return frame
    return framed(json.dumps({**frame, "nonce": nonce} if frame.get("nonce") == "mine" else frame).encode())


async def one_call(act: Callable[[socket.socket, str], None], *, seconds: float) -> Reply | SkillpodError:
    """A call to a puppet that answers with ``act``."""
    async with held(LIMITS) as puppet:
        call = asyncio.ensure_future(puppet.guest.call("look", {}, seconds))
        await asyncio.sleep(0)
        act(puppet.wire, json.loads(puppet.wire.recv(4096)[4:])["nonce"])
        try:
            return await call
        except SkillpodError as error:
            return error


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
        data = as_bytes(ask, nonce) + as_bytes(tell, nonce) + as_bytes(reply, nonce)
        loop = asyncio.get_running_loop()
        for turn, start in enumerate(range(0, len(data), size)):
            loop.call_later(turn * 0.0002, theirs.send, data[start : start + size])

    ended = asyncio.run(one_call(act, seconds=5.0))
    assert isinstance(ended, Reply)
    assert ended.value == 1
