# expect: none
"""Archives and checksums, all in memory."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import hmac
import io
import secrets
import tarfile
import uuid
import zipfile
import zlib

from skillpod import File, tool

ALGORITHMS = ("md5", "sha1", "sha256", "blake2b")


@tool(read_only=True)
def listing(data: bytes) -> list[dict]:
    """List a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        bad = archive.testzip()
        if bad is not None:
            raise ValueError(f"damaged: {bad}")
        return [{"name": info.filename, "size": info.file_size, "crc": f"{info.CRC:08x}"} for info in archive.infolist()]


@tool(read_only=True)
def pack(files: dict[str, str]) -> File:
    """Pack texts into a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(info, text)
    return File(buffer.getvalue(), name="files.zip", media_type="application/zip")


@tool(read_only=True)
def members(data: bytes) -> dict[str, int]:
    """List a tar archive."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
        return {member.name: member.size for member in archive if member.isfile()}


@tool(read_only=True)
def digest(text: str, key: str = "") -> dict[str, str]:
    """Checksums of a text."""
    data = text.encode()
    found = {name: hashlib.new(name, data).hexdigest() for name in ALGORITHMS}
    found["crc32"] = f"{zlib.crc32(data):08x}"
    if key:
        found["hmac"] = hmac.new(key.encode(), data, hashlib.sha256).hexdigest()
    found["uuid5"] = str(uuid.uuid5(uuid.NAMESPACE_URL, text))
    return found


@tool
def token(length: int = 32) -> dict[str, str]:
    """Make a random token."""
    raw = secrets.token_bytes(length)
    return {"hex": raw.hex(), "urlsafe": base64.urlsafe_b64encode(raw).decode().rstrip("="), "id": str(uuid.uuid4())}


@tool(read_only=True)
def decode(text: str) -> str:
    """Decode base64."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error as error:
        raise ValueError(str(error)) from None
