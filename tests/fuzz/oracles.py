"""What the wire must do with any bytes, said a second time and more simply."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from skillpod.sandbox.wire import MAX_DEPTH, Decoder, FrameTooLarge, Reader, WireError, depth, parse

CAP = 1024


def both_readers_agree(data: bytes, sizes: list[int]) -> None:
    """The Decoder and the Reader, given these bytes in pieces of these sizes."""
    taken, ended = decoded(data, sizes)
    expected, fault = read(data, sizes)
    assert ended == fault
    if fault == FrameTooLarge.__name__:  # the decoder looks at the next header before it gives a frame out
        assert taken in (expected, expected[:-1])
    else:
        assert taken == expected


def brackets_are_counted(text: bytes) -> None:
    deepest, end = counted(text)
    assert depth(text[:end]) == deepest


def only_strict_json_is_taken(body: bytes) -> None:
    """What is taken is what the standard library reads, less what is no JSON of one object."""
    taken = None
    with suppress(WireError):
        taken = parse(body)
    try:
        expected = json.loads(body.decode(), object_pairs_hook=strict, parse_constant=no_constant, parse_float=finite)
        json.dumps(expected, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        expected = None
    if isinstance(expected, dict) and counted(body)[0] <= MAX_DEPTH:
        assert taken == expected
    else:
        assert taken is None


def pieces(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    at, turn = 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        yield data[at : at + size]
        at, turn = at + size, turn + 1


def decoded(data: bytes, sizes: list[int]) -> tuple[list[Any], str]:
    """Frames, and the kind of what ended them."""
    decoder, taken = Decoder(CAP), []
    try:
        for piece in pieces(data, sizes):
            decoder.feed(piece)
            for frame in decoder.frames():
                taken.append(frame)
                assert decoder.pending <= len(data)
    except WireError as fault:
        return taken, type(fault).__name__
    return taken, "half a frame" if decoder.pending else "end"


def read(data: bytes, sizes: list[int]) -> tuple[list[Any], str]:
    waiting = list(pieces(data, sizes))

    def receive(size: int) -> bytes:
        piece = waiting.pop(0) if waiting else b""
        if len(piece) > size:
            waiting.insert(0, piece[size:])
        return piece[:size]

    reader, taken = Reader(receive, CAP), []
    try:
        while (frame := reader.frame()) is not None:
            taken.append(frame)
    except WireError as fault:
        return taken, type(fault).__name__
    except EOFError:
        return taken, "half a frame"
    return taken, "end"


def counted(text: bytes) -> tuple[int, int]:
    """How deep, one byte after the other, and up to where: a backslash outside of a string is where JSON ends."""
    deepest = level = 0
    in_string = is_escaped = False
    for at, byte in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif byte == 0x5C:
            if not in_string:
                return deepest, at
            is_escaped = True
        elif byte == 0x22:
            in_string = not in_string
        elif not in_string and byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif not in_string and byte in b"]}":
            level -= 1
    return deepest, len(text)


def no_constant(word: str) -> float:
    raise ValueError(word)


def strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def finite(text: str) -> float:
    if math.isinf(float(text)):
        raise ValueError(text)
    return float(text)
