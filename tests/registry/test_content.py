"""Content blocks from a guest that lies: the shapes of MCP, and nothing beside them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from skillpod.errors import ResultInvalid
from skillpod.model.manifest import MIB, ToolSpec
from skillpod.registry.content import MAX_BLOCKS, content_faults
from skillpod.registry.contract import Contract

TEXT = {"type": "text", "text": "see"}
IMAGE = {"type": "image", "data": "AP8=", "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": "AP8=", "mimeType": "audio/x-thing+b.1"}


def file(**said: Any) -> dict[str, Any]:
    whole = {"uri": "result:///a.txt", "mimeType": "text/plain", "text": "x", **said}
    return {"type": "resource", "resource": {key: value for key, value in whole.items() if value is not None}}


def faults(value: Any) -> list[str]:
    return [str(fault) for fault in content_faults(value, name="draw__it")]


@pytest.mark.parametrize(
    "value",
    [
        [],
        [TEXT, IMAGE, AUDIO],
        [{"type": "text", "text": ""}],
        [file(), file(text=None, blob="AAAA"), file(text=None, blob="")],
        [file(uri="result:///%C3%BC%20b.txt"), file(uri="result:///...")],
        [TEXT] * MAX_BLOCKS,
    ],
)
def test_the_shapes_of_mcp_are_taken(value: Any) -> None:
    assert faults(value) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "expected a list of content blocks, got nothing"),
        ({"type": "text", "text": "x"}, "expected a list of content blocks, got a mapping"),
        (["x"], "draw__it:[0]: 'x' is no content block"),
        ([TEXT, None], "draw__it:[1]: nothing is no content block"),
        ([{}], "is no content block"),
        ([{"type": "resource_link", "uri": "file:///etc/passwd", "name": "x"}], "is no content block"),
        ([{"type": ["text"]}], "is no content block"),
        ([{"type": "text file", "resource": {}}], "is no content block"),
        ([{"type": "text"}], "draw__it:[0].text: required, and not there"),
        ([{**TEXT, "text": 1}], "draw__it:[0].text: expected a string, got 1"),
        ([{**TEXT, "_meta": {}}], "draw__it:[0]._meta: unknown key"),
        ([{**IMAGE, "annotations": {"audience": ["user"]}}], "draw__it:[0].annotations: unknown key"),
        ([{**IMAGE, "mimeType": "text/html"}], "draw__it:[0].mimeType: expected text that matches"),
        ([{**IMAGE, "mimeType": "image/png\n"}], "draw__it:[0].mimeType"),
        ([{**IMAGE, "mimeType": "image/png;x=y"}], "draw__it:[0].mimeType"),
        ([{**IMAGE, "mimeType": "image/" + "a" * 200}], "draw__it:[0].mimeType: expected at most 127 characters"),
        ([{**AUDIO, "mimeType": "image/png"}], "draw__it:[0].mimeType"),
        ([{**IMAGE, "data": ""}], "draw__it:[0].data: expected at least 1 characters"),
        ([{**IMAGE, "data": "AP8"}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "AP8=\n"}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "A P8="}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "AP8=AP8="}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "AAAA===="}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "===="}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "ÀÀÀÀ"}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": "-_8="}], "draw__it:[0].data: not base64"),
        ([{**IMAGE, "data": ["AP8="]}], "draw__it:[0].data: expected a string"),
        ([{"type": "resource", "resource": "x"}], "draw__it:[0].resource: expected a mapping"),
        ([file(uri="javascript:alert(1)")], "draw__it:[0].resource.uri: expected text that matches"),
        ([file(uri="file:///etc/passwd")], "draw__it:[0].resource.uri"),
        ([file(uri="result:///")], "draw__it:[0].resource.uri"),
        ([file(uri="result:///a?b#c")], "draw__it:[0].resource.uri"),
        ([file(uri="result:///..")], "'..' is no plain file name"),
        ([file(uri="result:///%2e%2e".upper().replace("RESULT", "result"))], "'..' is no plain file name"),
        ([file(uri="result:///..%2Fetc%2Fpasswd")], "is no plain file name"),
        ([file(uri="result:///a%5Cb")], "is no plain file name"),
        ([file(uri="result:///a%00b")], "is no plain file name"),
        ([file(uri="result:///a%E2%80%AEgnp.exe")], "is no plain file name"),
        ([file(uri="result:///%FF")], "is no plain file name"),
        ([file(uri="result:///" + "a" * 2048)], "expected at most 2048 characters"),
        ([file(mimeType="Text/plain")], "draw__it:[0].resource.mimeType"),
        ([file(mimeType=None)], "draw__it:[0].resource.mimeType: required"),
        ([file(text=None)], "draw__it:[0].resource.text: required"),
        ([file(blob="AAAA")], "draw__it:[0].resource.text: unknown key"),
        ([file(text=None, blob="AAA")], "draw__it:[0].resource.blob: not base64"),
        ([{**file(), "annotations": {}}], "draw__it:[0].annotations: unknown key"),
        ([TEXT] * (MAX_BLOCKS + 1), "257 content blocks; at most 256"),
    ],
)
def test_anything_else_is_refused_with_its_place(value: Any, words: str) -> None:
    assert any(words in line for line in faults(json.loads(json.dumps(value)))), faults(value)


def test_the_largest_picture_is_looked_at_quickly() -> None:
    value = [{**IMAGE, "data": "A" * 64 * MIB}]
    began = time.process_time()
    assert faults(value) == []
    assert time.process_time() - began < 2  # measured: 0.1 to 0.2 s; a pattern over every character takes a minute


def test_a_hostile_file_name_is_matched_in_linear_time() -> None:
    began = time.process_time()
    assert faults([file(uri="result:///" + "%2" * 4_000_000)])
    assert time.process_time() - began < 10


def spec(**said: Any) -> ToolSpec:
    shape = {"type": "object", "properties": {}, "additionalProperties": False}
    return ToolSpec(
        skill="draw", name="it", exported="draw__it", description="", input_schema=shape, output_schema=None, parameters=(), **said
    )


def test_a_contract_holds_content_to_its_shape_and_other_results_to_none() -> None:
    Contract(spec(is_content=True)).check_result([TEXT])
    Contract(spec()).check_result({"type": "text"})
    with pytest.raises(ResultInvalid) as refused:
        Contract(spec(is_content=True)).check_result([{**TEXT, "more": 1}])
    assert [str(reason) for reason in refused.value.reasons] == ["draw__it:[0].more: unknown key (the keys here are: type, text)"]
