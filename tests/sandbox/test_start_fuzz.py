"""A guest says of itself what it likes, in any shape and order: it is started and true to its source, or refused by an error of ours."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skillpod.errors import GuestDied, SkillpodError, WireBroken
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from skillpod.model.volume import Volume
from skillpod.sandbox.forked import Exit, Forked
from skillpod.sandbox.guest.walls.board import WALLS
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.reports import read_walls
from skillpod.sandbox.trust_domain import Trust
from skillpod.sandbox.zygote import Zygote
from tests.support.puppet import Frame, Strings, framed, quiet
from tests.support.recollection import Recollection
from tests.support.starting import DESCRIBED, FAILED, REPORT, TOOLS, WALL, started

scalars = (
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4)
)
names = st.sampled_from(["name", "state", "required", "detail", "type", "tools", "fork", "kind", ""])
shapes = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=6)


@st.composite
def bent(draw: st.DrawFn, whole: Any) -> Any:
    """A frame in order but for one place in it, however deep: taken away, given twice, or of any other shape."""
    whole = copy.deepcopy(whole)
    at = whole
    while isinstance(at, dict | list) and at:
        place = draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[place], dict | list) and at[place] and draw(st.integers(0, 3)):
            at = at[place]
            continue
        match draw(st.sampled_from(["gone", "other", "twice"])):
            case "gone":
                del at[place]
            case "twice" if isinstance(at, list):
                at.append(at[place])
            case _:
                at[place] = draw(shapes)
        break
    return whole


said = st.lists(
    st.sampled_from([REPORT, DESCRIBED, FAILED])
    | st.sampled_from([REPORT, DESCRIBED, FAILED]).flatmap(bent)
    | st.fixed_dictionaries({"t": st.sampled_from(["walls", "described", "load_failed"])}, optional={"walls": shapes, "tools": shapes}),
    max_size=4,
)
breaks = st.lists(st.sampled_from(["", "waits", "exits", "shuts", "junk"]), min_size=4, max_size=4)


def speaks(frames: list[Any], between: list[str]) -> Callable[[Strings], None]:
    """Each frame, and what happens behind it: at once, or when the loop has turned a few times."""

    def act(guest: Strings) -> None:
        loop = asyncio.get_running_loop()
        turns = 0.0
        for words, gap in zip(frames, between, strict=False):
            loop.call_later(turns, say, guest, framed(json.dumps(words).encode()), gap)
            turns += 0.003 * (gap == "waits")

    def say(guest: Strings, data: bytes, gap: str) -> None:
        if guest.wire.fileno() < 0:
            return
        try:
            guest.wire.sendall(data)
            match gap:
                case "exits":
                    guest.puppet.exited.set_result(Exit(0, 0.0, 1))
                case "shuts":
                    guest.wire.shutdown(1)
                case "junk":
                    guest.wire.sendall(b"\x00\x00")
        except (OSError, asyncio.InvalidStateError):
            pass  # the host has hung up, or ended it

    return act


@settings(max_examples=100, deadline=None)
@given(said, breaks)
@example([REPORT, DESCRIBED], ["", "", "", ""])
@example([REPORT, DESCRIBED], ["waits", "exits", "", ""])
@example([REPORT, DESCRIBED], ["waits", "junk", "", ""])
@example([{"t": "walls"}], ["", "", "", ""])
def test_a_start_ends_in_a_living_guest_or_an_error_of_ours(frames: list[Any], between: list[str]) -> None:
    error = asyncio.run(started(speaks(frames, between)))
    if error is None:
        assert frames[1]["tools"] == TOOLS


def test_a_guest_in_order_is_started() -> None:
    """Else the property above would hold for a host that refuses everything."""
    assert asyncio.run(started(speaks([REPORT, DESCRIBED], ["waits", ""]))) is None


@settings(max_examples=100, deadline=None)
@given(bent(REPORT) | st.dictionaries(st.sampled_from(["walls", "self_test", "failed"]), shapes, max_size=3))
def test_a_report_of_any_shape_is_a_report_or_an_error_of_ours(frame: Any) -> None:
    try:
        report = read_walls(frame)
    except SkillpodError:
        return
    assert {wall.name for wall in report.walls} <= set(WALLS)
    assert json.dumps(report.as_dict())


@pytest.mark.parametrize(
    "frame",
    [
        {**REPORT, "walls": [WALL, WALL]},
        {**REPORT, "walls": [WALL] * 10_000},
        {**REPORT, "walls": [{**WALL, "name": "moat"}]},
        {**REPORT, "walls": [{**WALL, "state": "standing"}]},
        {**REPORT, "self_test": {str(number): "refused" for number in range(10_000)}},
        {**REPORT, "failed": 0},
    ],
    ids=["a wall twice", "ten thousand walls", "another wall", "another state", "ten thousand probes", "a failure that is a number"],
)
def test_a_report_that_says_what_no_report_says_is_no_report(frame: Frame) -> None:
    with pytest.raises(WireBroken):
        read_walls(frame)


def test_a_report_of_many_words_is_cut() -> None:
    report = read_walls({**REPORT, "walls": [{**wall, "detail": "x" * 100_000} for wall in REPORT["walls"]]})
    assert all(len(wall.detail) == 1024 for wall in report.walls)


class OneGuest:
    """Stands where a Zygote does, and gives a guest that says this before it exits."""

    alive = True

    def __init__(self, said: bytes) -> None:
        self._said = said

    async def start(self) -> None:
        self.guest = Strings()
        self.guest.wire.sendall(self._said)
        self.guest.wire.shutdown(1)

    async def fork(self, limits: Limits, *, lifetime: Lifetime) -> Forked:
        return self.guest.puppet

    async def close(self) -> None:
        self.guest.close()


@pytest.mark.parametrize(
    ("said", "kind"),
    [(b"", GuestDied), (b"\x00\x00", GuestDied), (framed(b"[]"), WireBroken), (framed(b"{}"), WireBroken), (b"\xff" * 9, WireBroken)],
    ids=["nothing", "half a header", "a list", "an empty frame", "a frame too long"],
)
def test_an_empty_guest_that_makes_no_report_is_an_error_of_ours(
    said: bytes, kind: type[SkillpodError], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def make(sandbox: JailSandbox, trust: Trust, held: Mapping[Volume, int]) -> Zygote:
        return cast(Zygote, OneGuest(said))

    monkeypatch.setattr(JailSandbox, "_make", make)

    async def work() -> None:
        with quiet(asyncio.get_running_loop()):
            sandbox = JailSandbox(Means(memory=Recollection()))
            with pytest.raises(kind):
                await sandbox.report()
            await sandbox.close()

    asyncio.run(work())
