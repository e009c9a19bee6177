"""Public keys: of three types, each in one spelling, named by a hash; and whether a signature is one of theirs.

``cryptography`` is loaded when a signature is checked, and not before: keys are read without it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

from skillpod.errors import DocumentInvalid

_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
_LINE = 64
"""Characters of a line of PEM (RFC 7468 section 2)."""


class KeyType(Enum):
    """ECDSA over P-256 with SHA-256, over P-384 with SHA-384 (FIPS 186-5), or Ed25519 (RFC 8032)."""

    P256 = "p256"
    P384 = "p384"
    ED25519 = "ed25519"


_HEAD = {
    KeyType.P256: bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    KeyType.P384: bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004"),
    KeyType.ED25519: bytes.fromhex("302a300506032b6570032100"),
}
"""What a SubjectPublicKeyInfo in DER begins with (RFC 5480, RFC 8410): named curve, uncompressed point. What follows is the point."""

_POINT = {KeyType.P256: 64, KeyType.P384: 96, KeyType.ED25519: 32}
"""Bytes of the point."""

_CURVE = {
    KeyType.P256: (2**256 - 2**224 + 2**192 + 2**96 - 1, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B),
    KeyType.P384: (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
}
"""The prime and b of y^2 = x^3 - 3x + b (NIST SP 800-186 section 3.2.1)."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """``der`` is its SubjectPublicKeyInfo. Make one with ``read_public`` or ``of_der``."""

    type: KeyType
    der: bytes

    @property
    def pem(self) -> str:
        return _pem(self.der)

    @property
    def id(self) -> str:
        """64 hex digits: SHA-256 of the PEM, as OMS's reference signer names keys."""
        return id_of(self.der)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over the message is one of this key, by the one algorithm of its type."""
        from cryptography.exceptions import InvalidSignature  # SAFE: here, so that what is unsigned never loads it
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        key = _loaded(self.der)
        try:
            if self.type is KeyType.ED25519:
                key.verify(signature, message)
            else:
                key.verify(signature, message, ec.ECDSA(hashes.SHA256() if self.type is KeyType.P256 else hashes.SHA384()))
        except InvalidSignature:
            return False
        return True


@lru_cache(maxsize=1024)
def id_of(der: bytes) -> str:
    """The id of the key in a SubjectPublicKeyInfo, whatever its type."""
    return hashlib.sha256(_pem(der).encode()).hexdigest()


def _pem(der: bytes) -> str:
    body = base64.b64encode(der).decode()
    lines = [body[start : start + _LINE] for start in range(0, len(body), _LINE)]
    return "\n".join((_BEGIN, *lines, _END, ""))


@lru_cache(maxsize=64)
def _loaded(der: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # SAFE: here, as above

    return load_der_public_key(der)


def of_der(der: bytes) -> PublicKey | None:
    """The key in a SubjectPublicKeyInfo, or None for one of another type, in another spelling, or off its curve."""
    for kind, head in _HEAD.items():
        point = der[len(head) :]
        if der.startswith(head) and len(point) == _POINT[kind]:
            return PublicKey(kind, der) if _is_on_curve(kind, point) else None
    return None


def of_ed25519(point: bytes) -> PublicKey:
    """The key whose 32 bytes (RFC 8032 section 5.1.5) these are."""
    return PublicKey(KeyType.ED25519, _HEAD[KeyType.ED25519] + point)


def _is_on_curve(kind: KeyType, point: bytes) -> bool:
    if kind not in _CURVE:
        return True
    prime, b = _CURVE[kind]
    half = len(point) // 2
    x, y = int.from_bytes(point[:half]), int.from_bytes(point[half:])
    return x < prime and y < prime and (y * y - (x * x * x - 3 * x + b)) % prime == 0


def read_public(text: str, *, at: str) -> PublicKey:
    """The one key in a PEM text (RFC 7468: SubjectPublicKeyInfo). Raises DocumentInvalid; a private key is told as what it is."""
    if "PRIVATE KEY" in text:
        hint = "take it out of here at once, and give its public key instead"
        raise DocumentInvalid("this is a private key", at=at, hint=hint)
    if "BEGIN CERTIFICATE" in text:
        hint = "take a certificate's roots into trust.yaml by hand, as docs/signing.md shows"
        raise DocumentInvalid("this is a certificate, and no public key", at=at, hint=hint)
    found = _of_pem(text)
    if found is None:
        known = ", ".join(kind.value for kind in KeyType)
        raise DocumentInvalid(f"not one public key in PEM, of a type we take ({known})", at=at, hint=f"it begins with {_BEGIN}")
    return found


def _of_pem(text: str) -> PublicKey | None:
    text = text.strip()
    if not (text.startswith(_BEGIN) and text.endswith(_END) and text.isascii()):
        return None
    try:
        return of_der(base64.b64decode("".join(text[len(_BEGIN) : -len(_END)].split()), validate=True))
    except (binascii.Error, ValueError):
        return None
