"""Just enough of PNG (ISO/IEC 15948): rectangles of a few colours, one byte a pixel."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BIT_DEPTH, _INDEXED = 8, 3


class Canvas:
    """A picture of palette colours, all of the first one to begin with."""

    def __init__(self, width: int, height: int, palette: tuple[tuple[int, int, int], ...]) -> None:
        self._width = width
        self._rows = [bytearray(width) for _ in range(height)]
        self._palette = palette

    def fill(self, left: int, top: int, right: int, bottom: int, colour: int) -> None:
        """A rectangle, the right and bottom edges not included."""
        for row in self._rows[top:bottom]:
            row[left:right] = bytes([colour]) * (right - left)

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", self._width, len(self._rows), _BIT_DEPTH, _INDEXED, 0, 0, 0)
        pixels = b"".join(b"\0" + row for row in self._rows)  # each row unfiltered
        palette = bytes(part for colour in self._palette for part in colour)
        parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
        return _SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
