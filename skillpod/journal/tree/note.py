"""Signed notes (c2sp.org/signed-note): a text, a blank line, and lines of signatures. Pure; keys sign and verify elsewhere."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from skillpod.errors import DocumentInvalid

ED25519 = 1
COSIGNATURE = 4
"""The byte before a public key that says what its signatures are over: the text, or (c2sp.org/tlog-cosignature) a time and the text."""

MAX_BYTES = 65_536
_DASH = "\N{EM DASH} "
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,255}")

Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key of 32 bytes, message, signature) -> whether it is one, by Ed25519 (RFC 8032)."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by its name, as one line of text: ``name+1a2b3c4d+base64``. ``type`` is ED25519 or COSIGNATURE, ``key`` 32 bytes."""

    name: str
    type: int
    key: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that find its signatures in a note."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.type]) + self.key).decode()}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: whose it says it is, and the bytes after the key's id."""

    name: str
    id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """``text`` ends with its newline. Nothing in it counts before a known key's signature was verified."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def of(self, key: VerifierKey) -> tuple[Signature, ...]:
        """The signatures that say they are by that key."""
        return tuple(signature for signature in self.signatures if (signature.name, signature.id) == (key.name, key.id))

    def is_signed_by(self, key: VerifierKey, verify: Verify) -> bool:
        """Whether there is a signature of that key, and every one that says so is one."""
        found = self.of(key)
        return bool(found) and all(_holds(self.text, signature.value, key, verify) for signature in found)


def _holds(text: str, signature: bytes, key: VerifierKey, verify: Verify) -> bool:
    if key.type == ED25519:
        return len(signature) == 64 and verify(key.key, text.encode(), signature)
    if len(signature) != 72:
        return False
    return verify(key.key, cosigned(text, int.from_bytes(signature[:8])), signature[8:])


def cosigned(text: str, when: int) -> bytes:
    """What a witness signs of a checkpoint (c2sp.org/tlog-cosignature, v1); ``when`` is seconds since the epoch."""
    return f"cosignature/v1\ntime {when}\n{text}".encode()


def cosigned_at(signature: Signature) -> int:
    """When a witness made that signature of its: seconds since the epoch, by its clock."""
    return int.from_bytes(signature.value[:8])


def is_key_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def read_key(line: str, *, at: str) -> VerifierKey:
    """A verifier key as ``str(key)`` writes it. Raises DocumentInvalid."""
    name, _, rest = line.strip().partition("+")
    identity, _, body = rest.partition("+")
    key = _base64(body)
    if is_key_name(name) and len(key) == 33 and key[0] in (ED25519, COSIGNATURE):
        found = VerifierKey(name, key[0], key[1:])
        if found.id.hex() == identity:
            return found
    raise DocumentInvalid("this is no verifier key", at=at, hint="one line, `name+8 hex digits+base64`, as `skillpod log key` prints it")


def read_note(text: bytes, *, at: str) -> Note:
    """Raises DocumentInvalid for what is no signed note in its one spelling."""
    if len(text) > MAX_BYTES:
        raise DocumentInvalid(f"a signed note has at most {MAX_BYTES} bytes", at=at)
    try:
        whole = text.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise DocumentInvalid("a signed note is UTF-8", at=at) from fault
    body, blank, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    signatures = [_signature(line) for line in lines[:-1]]
    is_clean = not any(character < " " and character != "\n" for character in whole)
    if not blank or not body or lines[-1] or not signatures or None in signatures or not is_clean:
        raise DocumentInvalid("this is no signed note", at=at, hint="a text, an empty line, and lines that begin with a dash and a name")
    return Note(f"{body}\n", tuple(signature for signature in signatures if signature is not None))


def _signature(line: str) -> Signature | None:
    name, _, value = line.removeprefix(_DASH).partition(" ")
    raw = _base64(value)
    if not line.startswith(_DASH) or not is_key_name(name) or len(raw) < 5:
        return None
    return Signature(name, raw[:4], raw[4:])


def _base64(text: str) -> bytes:
    """Empty for what is not base64 in its one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""
