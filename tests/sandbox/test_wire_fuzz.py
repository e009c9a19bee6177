"""Bytes that are almost frames: the two readers agree on every one, the brackets are counted right, and only strict JSON is taken."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from skillpod.sandbox.wire import depth
from tests.fuzz.oracles import both_readers_agree, brackets_are_counted, only_strict_json_is_taken
from tests.support.puppet import framed

WINDOW = 64 * 1024

texts = st.text(max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(texts, values, max_size=3).map(lambda frame: json.dumps(frame, ensure_ascii=False).encode("utf-8", "replace"))
jsonish = st.lists(
    st.sampled_from([b'"', b"\\", b"[", b"]", b"{", b"}", b",", b":", b"1", b"a", b"\\u00", b"\\ud800", b"\xc3"]), max_size=40
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Frames in a row, then a few of their bytes changed, dropped or doubled, headers included."""
    data = bytearray(b"".join(map(framed, draw(st.lists(bodies, min_size=1, max_size=4)))))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
        data = data or bytearray(b"\x00")
    return bytes(data)


@st.composite
def cut(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    """Bytes, and the sizes they come in."""
    data = draw(mutated())
    return data, draw(st.lists(st.integers(1, 30), min_size=1, max_size=10))


@settings(max_examples=120, deadline=None)
@given(cut())
@example((framed(b"{}") + b"\xff\xff\xff\xff", [100]))
def test_a_decoder_and_a_reader_take_the_same_frames_and_stop_at_the_same_fault(given_bytes: tuple[bytes, list[int]]) -> None:
    both_readers_agree(*given_bytes)


@settings(max_examples=120, deadline=None)
@given(jsonish.map(b"".join), st.integers(0, 45))
def test_brackets_are_counted_as_a_reader_would_wherever_the_text_is_cut(text: bytes, before: int) -> None:
    brackets_are_counted(text)
    padded = b'"' + b"x" * (WINDOW - 2 - before) + b'"' + text
    assert depth(padded) == depth(text)


@settings(max_examples=120, deadline=None)
@given(mutated().map(lambda data: data[4:]) | jsonish.map(b"".join))
@example(b'{"a":1e999}')
@example(b'{"a":NaN}')
@example(b'{"a":{"b":1,"b":2}}')
@example(b'{"a":"\\udc00"}')
def test_what_is_taken_is_what_the_standard_library_reads_strictly(body: bytes) -> None:
    only_strict_json_is_taken(body)
