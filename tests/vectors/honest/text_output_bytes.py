# expect: none
import struct
import zlib

from skillpod import Image, tool

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@tool
def dot() -> Image:
    """Draw a dot."""
    rows = [b"\0" + row for row in (b"\x00\xff", b"\x01\x02")]
    return Image(_SIGNATURE + b"".join(rows) + zlib.compress(b"\0\x7f") + struct.pack(">I", 3) + b"P5 1 1 255\n\x80", "image/png")
