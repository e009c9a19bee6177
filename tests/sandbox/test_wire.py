"""Frames: what is taken, what is refused, and that nothing else ever happens."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.sandbox.wire import HEADER, MAX_DEPTH, Decoder, FrameTooLarge, Reader, WireError, depth, encode, parse

CAP = 64 * 1024

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=30,
)
frames = st.dictionaries(texts, values, max_size=5)


def decoded(data: bytes, cap: int = CAP) -> list[dict[str, Any]]:
    decoder = Decoder(cap)
    decoder.feed(data)
    return list(decoder.frames())


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def source(pieces: Iterable[bytes]) -> Callable[[int], bytes]:
    """As a socket gives bytes: at most as many as asked for, often fewer, none at the end."""
    waiting = list(pieces)

    def receive(size: int) -> bytes:
        piece = waiting.pop(0) if waiting else b""
        if len(piece) > size:
            waiting.insert(0, piece[size:])
        return piece[:size]

    return receive


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(HEADER, "big") + body


@given(st.lists(frames, max_size=4), st.integers(1, 40))
def test_what_is_encoded_is_decoded_however_it_is_cut(sent: list[dict[str, Any]], size: int) -> None:
    decoder, taken = Decoder(CAP), []
    for piece in in_pieces(b"".join(map(encode, sent)), size):
        decoder.feed(piece)
        taken += list(decoder.frames())
    assert taken == sent
    assert decoder.pending == 0


@given(st.lists(frames, max_size=4), st.integers(1, 40))
def test_a_blocking_reader_takes_the_same_frames(sent: list[dict[str, Any]], size: int) -> None:
    reader = Reader(source(in_pieces(b"".join(map(encode, sent)), size)))
    taken = list(iter(reader.frame, None))
    assert taken == sent


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_a_wire_error(data: bytes) -> None:
    decoder = Decoder(CAP)
    try:
        decoder.feed(data)
        taken = list(decoder.frames())
    except WireError:
        return
    assert all(isinstance(frame, dict) for frame in taken)


@given(st.binary(max_size=200))
def test_any_body_is_an_object_or_a_wire_error(body: bytes) -> None:
    with suppress(WireError):
        assert isinstance(parse(body), dict)


@given(st.text(st.sampled_from('[]{}":,\\1atrue '), max_size=60))
def test_any_text_that_looks_like_json_is_an_object_or_a_wire_error(text: str) -> None:
    with suppress(WireError):
        assert isinstance(parse(text.encode()), dict)


@given(values)
def test_depth_is_what_walking_the_value_finds(value: Any) -> None:
    def walked(part: Any) -> int:
        if isinstance(part, dict):
            return 1 + max(map(walked, part.values()), default=0)
        return 1 + max(map(walked, part), default=0) if isinstance(part, list) else 0

    assert depth(json.dumps(value, ensure_ascii=False).encode()) == walked(value)
    assert depth(json.dumps(value).encode()) == walked(value)


@pytest.mark.parametrize("size", [CAP + 1, 2**31, 2**32 - 1])
def test_a_frame_over_the_cap_is_refused_by_its_header_alone(size: int) -> None:
    with pytest.raises(FrameTooLarge, match=str(size)):
        Decoder(CAP).feed(size.to_bytes(HEADER, "big"))
    with pytest.raises(FrameTooLarge):
        Reader(source([size.to_bytes(HEADER, "big")]), cap=CAP).frame()


def test_a_second_frame_over_the_cap_is_refused_when_its_turn_comes() -> None:
    decoder = Decoder(CAP)
    decoder.feed(encode({"a": 1}) + (CAP + 1).to_bytes(HEADER, "big"))
    taken = decoder.frames()
    with pytest.raises(FrameTooLarge):
        next(taken)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b"{",
        b"{} {}",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":-1e999}',
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'{"\\uDFFF":1}',
        b'{"a":"\n"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
    ],
)
def test_what_is_not_strict_json_of_one_object_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        decoded(framed(body), cap=2**24)


def test_nesting_is_allowed_up_to_the_limit_and_brackets_in_text_do_not_count() -> None:
    deepest = b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}"
    assert parse(deepest)
    assert parse(b'{"a":"' + b"[{" * 500 + b'\\"[["}') == {"a": "[{" * 500 + '"[['}
    assert parse(b'{"\\\\":[' + b'"[",' * 200 + b"1]}")


def test_a_surrogate_pair_is_one_character() -> None:
    assert parse(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("value", [math.nan, math.inf, b"bytes", {1, 2}, object(), "\ud800", {(1, 2): 3}])
def test_what_json_can_not_say_is_not_sent(value: Any) -> None:
    with pytest.raises(WireError):
        encode({"value": value})


def test_a_value_in_itself_is_not_sent() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(WireError):
        encode({"value": loop})


def test_a_frame_over_the_writers_cap_is_not_sent() -> None:
    with pytest.raises(FrameTooLarge) as refusal:
        encode({"value": "x" * 100}, cap=50)
    assert refusal.value.cap == 50
    assert refusal.value.size > 100


def test_a_reader_tells_the_end_between_frames_from_the_end_inside_one() -> None:
    reader = Reader(source([encode({"a": 1})]))
    assert reader.frame() == {"a": 1}
    assert reader.frame() is None
    with pytest.raises(EOFError):
        Reader(source([encode({"a": 1})[:-1]])).frame()


def test_raw_bytes_follow_a_frame() -> None:
    content = bytes(range(256)) * 1000
    reader = Reader(source(in_pieces(encode({"size": len(content)}) + content + encode({"b": 2}), 4096)))
    assert reader.frame() == {"size": len(content)}
    assert reader.exactly(len(content)) == content
    assert reader.frame() == {"b": 2}


def test_a_frame_of_ten_mebibytes_is_read_in_time_that_grows_with_its_size_only() -> None:
    data = encode({"value": "x" * 10 * 2**20})
    decoder = Decoder(2**24)
    started = process_time()
    for piece in in_pieces(data, 64 * 1024):
        decoder.feed(piece)
    assert len(next(decoder.frames())["value"]) == 10 * 2**20
    assert process_time() - started < 2.0


@pytest.mark.parametrize(
    "body", [b'{"a":' + b'"\\' * 2**19, b'{"a":"' + b'\\"' * 2**19, b"[]" * 2**19, b'"' * 2**20, b"{" + b'"[",' * 2**18]
)
def test_hostile_text_of_a_mebibyte_costs_no_more_than_its_size(body: bytes) -> None:
    started = process_time()
    with pytest.raises(WireError):
        parse(body)
    assert process_time() - started < 2.0
