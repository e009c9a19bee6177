"""Content out of real guests: an honest one behind the walls, and those that forge it."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import LimitExceeded, ResultInvalid, SkillFailed, WireBroken
from skillpod.model.command import OWNER
from skillpod.model.guest import Launch
from skillpod.model.manifest import MIB, Limits
from skillpod.registry.contract import Contract
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from tests.support.guests import launch, opened
from tests.support.open_zygote import OpenZygote
from tests.support.recollection import Recollection

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
HANDLER = """
    from skillpod import Audio, Content, File, Image, tool

    PICTURE = b"\\x89PNG\\r\\n\\x1a\\n" + bytes(range(256))

    @tool
    def draw() -> Image:
        return Image(PICTURE)

    @tool
    async def tell(words: list[str]) -> "Content":
        return [*words, Image(PICTURE), Audio(b"RIFF"), File("a.csv", "a,b"), File("a.bin", b"ab", "application/zip")]

    @tool
    def lie() -> Image:
        return {"data": "x"}
"""
FORGER = """
    import json, sys
    from skillpod import Content, tool

    sys.modules["skillpod.sandbox.guest.calls"].encode = lambda value, hint: json.dumps(value).encode()

    @tool
    def forge(said: list[object]) -> Content:
        return said

    @tool
    def flood(mebibytes: int) -> Content:
        return [{"type": "image", "data": "A" * mebibytes * 2**20, "mimeType": "image/png"}]
"""


def called(zygote: OpenZygote, handler: str, tool: str, limits: Limits | None = None, **arguments: Any) -> Any:
    """What a caller gets: the guest's value, held to the tool's contract as dispatch does."""
    started = launch(handler, limits=limits or Limits(wall=10.0))

    async def once() -> Any:
        async with opened(zygote, started) as guests:
            return await guests.call(tool, **arguments)

    return held(started, tool, asyncio.run(once()))


def held(started: Launch, tool: str, value: Any) -> Any:
    next(Contract(spec) for spec in started.tools if spec.name == tool).check_result(value)
    return value


def test_a_jailed_guest_returns_a_picture() -> None:
    started = launch(HANDLER)

    async def once() -> Any:
        jail = JailSandbox(Means(memory=Recollection()))
        await jail.start()
        guests = jail.open(started, on_death=lambda error: None)
        try:
            return (await guests.call("draw", {}, OWNER)).value
        finally:
            await guests.close()
            await jail.close()

    (block,) = held(started, "draw", asyncio.run(once()))
    assert (block["type"], block["mimeType"]) == ("image", "image/png")
    assert base64.b64decode(block["data"]) == PICTURE


def test_a_guest_returns_every_kind_of_content_in_order(zygote: OpenZygote) -> None:
    blocks = called(zygote, HANDLER, "tell", words=["one", "two"])
    assert [block["type"] for block in blocks] == ["text", "text", "image", "audio", "resource", "resource"]
    assert blocks[4]["resource"] == {"uri": "result:///a.csv", "mimeType": "text/plain", "text": "a,b"}
    assert blocks[5]["resource"] == {"uri": "result:///a.bin", "mimeType": "application/zip", "blob": "YWI="}


def test_the_example_of_the_documentation_runs(zygote: OpenZygote) -> None:
    handler = (Path(__file__).parents[2] / "docs" / "content.md").read_text().split("```python\n")[1].split("```")[0]
    (square,) = called(zygote, handler, "dot", size=2)
    assert base64.b64decode(square["data"]) == b"P5 2 2 255\n\x80\x80\x80\x80"
    sentence, table = called(zygote, handler, "report", name="a.csv")
    assert sentence == {"type": "text", "text": "a.csv has 2 rows."}
    assert table["resource"]["uri"] == "result:///rows.csv"


def test_a_value_that_is_no_content_is_the_skills_failure(zygote: OpenZygote) -> None:
    with pytest.raises(ResultInvalid, match="a dict is neither text nor an Image"):
        called(zygote, HANDLER, "lie")


def test_a_picture_over_the_limit_of_results_is_told_as_that(zygote: OpenZygote) -> None:
    handler = "from skillpod import Image, tool\n\n@tool\ndef large() -> Image:\n    return Image(bytes(800 * 1024))\n"
    with pytest.raises(LimitExceeded, match="output"):
        called(zygote, handler, "large")


def test_a_forger_that_says_the_truth_is_believed(zygote: OpenZygote) -> None:
    assert called(zygote, FORGER, "forge", said=[{"type": "text", "text": "x"}]) == [{"type": "text", "text": "x"}]


@pytest.mark.parametrize(
    "said",
    [
        [{"type": "text", "text": "x", "annotations": {}}],
        [{"type": "image", "data": "AAAA====", "mimeType": "image/png"}],
        [{"type": "resource", "resource": {"uri": "javascript:alert(1)", "mimeType": "text/plain", "text": ""}}],
        [{"type": "resource_link", "uri": "file:///etc/passwd", "name": "x"}],
    ],
)
def test_forged_blocks_never_reach_a_caller(zygote: OpenZygote, said: list[object]) -> None:
    with pytest.raises(ResultInvalid, match="does not fit the type it declares"):
        called(zygote, FORGER, "forge", said=said)


def test_two_hundred_mebibytes_of_forged_picture_end_the_call_before_they_are_read(zygote: OpenZygote) -> None:
    limits = Limits(wall=60.0, memory=1024 * MIB)
    with pytest.raises(SkillFailed) as ended:
        called(zygote, FORGER, "flood", limits, mebibytes=200)
    assert isinstance(ended.value, LimitExceeded | WireBroken)
