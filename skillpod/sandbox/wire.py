"""The bytes between host and guest: frames of a 4-byte big-endian length and that many bytes of UTF-8 JSON, one object each.

Used on both sides, so pure: bytes in, objects out. What a stranger sends is refused before memory is set aside for it: a frame over
the reader's cap by its length alone, deep nesting by counting brackets before the parser sees them. JSON is RFC 8259 taken strictly:
no duplicate names, no NaN, no Infinity, no number that overflows to one, no lone surrogates, no byte order mark.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from math import isfinite
from typing import Any

HEADER = 4
MAX_DEPTH = 64
VALUE_DEPTH = 60
"""How deep a value inside a frame may nest: what is left of MAX_DEPTH after the frame's own objects."""

OVERHEAD = 64 * 1024
"""What a frame may hold beside the value it carries: the nonce, names, a traceback."""

LARGEST = 64 * 1024 * 1024
"""No frame is longer, whatever the limits say."""

_CHUNK = 64 * 1024
_GULP = 1024 * 1024
_OPEN, _CLOSE = b"[{", b"]}"
_STEPS = bytes.maketrans(_OPEN + _CLOSE, b"\x01\x01\xff\xff")  # read as signed bytes: one up, one down
_NOT_BRACKETS_NOR_QUOTES = bytes(set(range(256)) - set(_OPEN + _CLOSE + b'"'))


class WireError(Exception):
    """The bytes are not a frame this side takes."""


class FrameTooLarge(WireError):
    """A frame is longer than the reader takes, or than the writer may send. ``size`` and ``cap`` in bytes, without the header."""

    def __init__(self, size: int, cap: int) -> None:
        super().__init__(f"a frame of {size} bytes is over the cap of {cap}")
        self.size = size
        self.cap = cap


def encode(frame: Mapping[str, Any], cap: int = LARGEST) -> bytes:
    """One frame, header included.

    Raises FrameTooLarge over ``cap``, WireError for a value JSON has no word for (NaN, bytes, a lone surrogate, nesting over MAX_DEPTH).
    """
    encoded = body(frame)
    _refuse_deep(encoded)
    return framed(encoded, cap)


def body(value: Any) -> bytes:
    """A value as JSON, without a header. Raises WireError."""
    try:
        return _ENCODER.encode(value).encode()
    except (ValueError, TypeError, RecursionError) as fault:  # UnicodeEncodeError is a ValueError
        raise WireError(f"not JSON: {fault}") from fault


def framed(encoded: bytes, cap: int = LARGEST) -> bytes:
    """A body with its header. Raises FrameTooLarge."""
    if len(encoded) > cap:
        raise FrameTooLarge(len(encoded), cap)
    return len(encoded).to_bytes(HEADER, "big") + encoded


def parse(encoded: bytes | bytearray) -> dict[str, Any]:
    """The object of one frame's body. Raises WireError."""
    _refuse_deep(encoded)
    try:
        text = encoded.decode("utf-8")
        frame = _DECODER.decode(text)
    except (ValueError, RecursionError) as fault:
        raise WireError(f"not JSON: {fault}") from fault
    if not isinstance(frame, dict):
        raise WireError(f"a frame is an object, not {type(frame).__name__}")
    if b"\\" in encoded and ("\\ud" in text or "\\uD" in text):  # most texts have no escape at all, which is found out faster
        _refuse_lone_surrogates(frame)
    return frame


def depth(encoded: bytes | bytearray) -> int:
    """How deep the arrays and objects of a JSON text nest, without parsing it. Right for every text up to its first syntax error."""
    if b"\\" in encoded:
        encoded = encoded.replace(b"\\\\", b"").replace(b'\\"', b"")
    skeleton = encoded.translate(None, _NOT_BRACKETS_NOR_QUOTES).replace(b'""', b"")  # most texts have no bracket in them
    deepest = level = inside = 0
    for start in range(0, len(skeleton), _CHUNK):  # a text that is all quotes splits into many times its size
        pieces = skeleton[start : start + _CHUNK].split(b'"')
        brackets = b"".join(pieces[inside::2]).translate(_STEPS)
        inside ^= len(pieces) + 1 & 1
        deepest = max(deepest, max(accumulate(memoryview(brackets).cast("b"), initial=level)))
        level += brackets.count(b"\x01") - brackets.count(b"\xff")
    return deepest


class Decoder:
    """Frames out of bytes as they come, for a side that must not block.

    ``feed`` takes bytes and raises FrameTooLarge as soon as a header promises more than ``cap``; ``frames`` yields what is complete
    and may be left and taken up again. At most one frame and what was fed beside it is held.
    """

    __slots__ = ("_cap", "_held", "_size")

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._held = bytearray()
        self._size: int | None = None  # of the next frame's body, once its header is here; the header is no longer held then

    def feed(self, data: bytes) -> None:
        self._held += data
        self._look()

    def frames(self) -> Iterator[dict[str, Any]]:
        """Raises WireError at the first frame that is not one; nothing after it can be trusted."""
        while self._size is not None and len(self._held) >= self._size:
            frame = parse(self._cut(self._size))
            self._size = None
            self._look()
            yield frame

    @property
    def pending(self) -> int:
        """How many bytes were fed and not yet given out."""
        return len(self._held) + (0 if self._size is None else HEADER)

    def _look(self) -> None:
        if self._size is None and len(self._held) >= HEADER:
            size = int.from_bytes(self._held[:HEADER], "big")
            if size > self._cap:
                raise FrameTooLarge(size, self._cap)
            del self._held[:HEADER]
            self._size = size

    def _cut(self, size: int) -> bytearray:
        """The first bytes held; without a copy when they are all there is, as with every large frame."""
        if len(self._held) == size:
            whole, self._held = self._held, bytearray()
            return whole
        first = self._held[:size]
        del self._held[:size]
        return first


class Reader:
    """Frames out of a blocking source: ``receive(n)`` gives 1 to n bytes, or none at the end."""

    __slots__ = ("_cap", "_held", "_receive")

    def __init__(self, receive: Callable[[int], bytes], cap: int = LARGEST) -> None:
        self._receive = receive
        self._cap = cap
        self._held = b""

    @property
    def pending(self) -> int:
        """How many bytes were received and not yet given out."""
        return len(self._held)

    def frame(self) -> dict[str, Any] | None:
        """The next frame, or None when the source has ended between two. Raises WireError, EOFError inside a frame."""
        if not self._held:
            self._held = self._receive(_CHUNK)
            if not self._held:
                return None
        size = int.from_bytes(self.exactly(HEADER), "big")
        if size > self._cap:
            raise FrameTooLarge(size, self._cap)
        return parse(self.exactly(size))

    def exactly(self, size: int) -> bytes:
        """The next ``size`` bytes. Raises EOFError when the source ends before."""
        held = self._held
        if len(held) >= size:
            self._held = held[size:]
            return held[:size]
        self._held = b""
        pieces, missing = [held], size - len(held)
        while missing:
            data = self._receive(min(missing, _GULP))
            if not data:
                raise EOFError(f"the wire ended {missing} bytes before the end of a frame")
            pieces.append(data)
            missing -= len(data)
        return b"".join(pieces)


def _refuse_deep(encoded: bytes | bytearray) -> None:
    if encoded.count(b"[") + encoded.count(b"{") > MAX_DEPTH and depth(encoded) > MAX_DEPTH:
        raise WireError(f"nested more than {MAX_DEPTH} deep")


def _refuse_lone_surrogates(frame: Mapping[str, Any]) -> None:
    try:
        _ENCODER.encode(frame).encode()
    except UnicodeEncodeError as fault:
        raise WireError("a string holds half a surrogate pair") from fault


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has the same name twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number is too large for a double")
    return number


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_float=_finite, parse_constant=_refuse_constant)
