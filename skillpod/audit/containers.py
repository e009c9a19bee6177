"""What is inside a file or behind its end: names in a ZIP, bytes after a picture, programs in the middle, what a pickle would call."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from skillpod.audit.standard import listed
from skillpod.model.later import later

_END_RECORD = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_ENTRY_SIZE = 46
_MAX_NAMES = 10_000

_INSIDE = (
    (later(rb"PK\x03\x04[\x00-\x3f]\x00..[\x00\x08\x09\x0c\x0e\x5d\x5f\x63]\x00", re.DOTALL), "a ZIP archive"),
    (later(rb"7z\xbc\xaf\x27\x1c"), "a 7z archive"),
    (later(rb"Rar!\x1a\x07"), "a RAR archive"),
    (later(rb"\x7fELF[\x01\x02][\x01\x02]\x01"), "an ELF program"),
    (later(rb"This program (?:cannot|must) be run (?:in|under) (?:DOS|Win)"), "a Windows program"),
)


def zip_names(content: bytes) -> list[str] | None:
    """The names in the directory of a ZIP archive, whatever stands before and behind it; None when it has none."""
    end = content.rfind(_END_RECORD)
    while end >= 0:
        if end + 22 <= len(content):
            size = int.from_bytes(content[end + 12 : end + 16], "little")
            start = end - size
            if size == 0 and content[end + 4 : end + 22] == bytes(18):
                return []
            if start >= 0 and content.startswith(_ENTRY, start):
                return _names(content, start, end)
        end = content.rfind(_END_RECORD, 0, end)
    return None


def _names(content: bytes, at: int, end: int) -> list[str]:
    names: list[str] = []
    while content.startswith(_ENTRY, at) and at + _ENTRY_SIZE <= end and len(names) < _MAX_NAMES:
        length, extra, comment = struct.unpack_from("<3H", content, at + 28)
        names.append(content[at + _ENTRY_SIZE : at + _ENTRY_SIZE + length].decode("utf-8", "replace"))
        at += _ENTRY_SIZE + length + extra + comment
    return names


def inside(content: bytes) -> Iterator[tuple[int, str]]:
    """What can be unpacked or run although something else stands before it: offset and kind. Every byte is looked at."""
    for pattern, what in _INSIDE:
        found = pattern.search(content, 1)
        if found is not None:
            yield found.start(), what


# --- pictures --------------------------------------------------------------------------------------------------------------------


def picture_end(content: bytes) -> int | None:
    """Where a PNG, GIF, JPEG, BMP or RIFF file ends by its own account; None for others. Raises ValueError when it can't be followed."""
    try:
        if content.startswith(b"\x89PNG"):
            return _png_end(content)
        if content.startswith(b"GIF8"):
            return _gif_end(content)
        if content.startswith(b"\xff\xd8"):
            return _jpeg_end(content)
        if content.startswith(b"RIFF"):
            size = int.from_bytes(content[4:8], "little")
            return _within(8 + size + (size % 2 if 8 + size < len(content) else 0), content)
        if content.startswith(b"BM"):
            return _within(int.from_bytes(content[2:6], "little"), content)
    except IndexError as fault:
        raise ValueError("it ends too early") from fault
    return None


def _within(end: int, content: bytes) -> int:
    if not 14 <= end <= len(content):
        raise ValueError("the length it names is not its own")
    return end


def _png_end(content: bytes) -> int:
    at = 8
    while True:
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += length + 12
        if at > len(content) or not kind.isalpha():
            raise ValueError("a chunk is broken")
        if kind == b"IEND":
            return at


def _gif_end(content: bytes) -> int:
    at = 13 + _palette(content[10])
    while True:
        mark = content[at]
        if mark == 0x3B:
            return at + 1
        if mark == 0x2C:
            at = _blocks_end(content, at + 11 + _palette(content[at + 9]))
        elif mark == 0x21:
            at = _blocks_end(content, at + 2)
        else:
            raise ValueError("a block is broken")


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while content[at]:
        at += content[at] + 1
    return at + 1


_JPEG_MARK = later(b"\xff[^\x00\x01\xd0-\xd7\xff]", re.DOTALL)


def _jpeg_end(content: bytes) -> int:
    """Cameras put further pictures behind the first: they belong to it."""
    at = 2
    while True:
        found = _JPEG_MARK.search(content, at)
        if found is None:
            raise ValueError("its end is missing")
        at, mark = found.end(), found.group()[1]
        if mark == 0xD9:
            more = _JPEG_MARK.match(content, at)
            if more is None or more.group()[1] != 0xD8:
                return at
        elif mark != 0xD8:
            at += int.from_bytes(content[at : at + 2], "big") or 1


# --- pickles -----------------------------------------------------------------------------------------------------------------------

MAX_PICKLE = 1024 * 1024
_BINARY_PICKLE = later(rb"\x80[\x02-\x05]")
_TEXT_PICKLE = later(rb"(?:\([dlt]?)?(?:[cS(]|i[A-Za-z_])[^\n]*\n")
_CALLS = listed("GLOBAL STACK_GLOBAL INST OBJ NEWOBJ NEWOBJ_EX REDUCE BUILD EXT1 EXT2 EXT4 PERSID BINPERSID")


def is_pickle(content: bytes) -> bool:
    """Whether the bytes begin like a pickle, and are one to its end mark."""
    return bool(_BINARY_PICKLE.match(content) or _TEXT_PICKLE.match(content)) and pickle_calls(content) is not None


def pickle_calls(content: bytes) -> bool | None:
    """Whether loading the pickle looks anything up or calls it; None when it is no pickle. What is too large to follow calls."""
    import pickletools  # SAFE: here, so that only a bundle with such a file pays for it; it reads opcodes and runs none

    if len(content) > MAX_PICKLE:
        return True if _BINARY_PICKLE.match(content) else None
    calls = False
    try:
        for opcode, _, _ in pickletools.genops(content):
            calls = calls or opcode.name in _CALLS
    except Exception:  # noqa: BLE001  # SAFE: a stranger's bytes; whatever they did to the reader, they are no pickle
        return None
    return calls
