"""The publisher's side: private keys, and the signature file over a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from skillpod.errors import DocumentInvalid, SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.trust.certificates import read_chain, read_root
from skillpod.trust.envelope import MAX_CHAIN, pae, write_envelope
from skillpod.trust.evidence import FIRST, further
from skillpod.trust.keys import KeyType, PublicKey, of_der
from skillpod.trust.statement import write_statement

_CERTIFICATE_END = "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """Make one with ``generate`` or ``read_private``. What is secret in it is never shown."""

    public: PublicKey
    secret: Any = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """By the one algorithm of the key's type."""
        if self.public.type is KeyType.ED25519:
            return bytes(self.secret.sign(message))
        from cryptography.hazmat.primitives import hashes  # SAFE: here, as below: what only reads never loads it
        from cryptography.hazmat.primitives.asymmetric import ec

        digest = hashes.SHA256() if self.public.type is KeyType.P256 else hashes.SHA384()
        return bytes(self.secret.sign(message, ec.ECDSA(digest)))

    def pem(self, passphrase: bytes) -> bytes:
        """PKCS #8 (RFC 5958), encrypted with the passphrase; with an empty one it is not encrypted."""
        from cryptography.hazmat.primitives import serialization  # SAFE: here, as below

        plain = serialization.NoEncryption()
        protection = serialization.BestAvailableEncryption(passphrase) if passphrase else plain
        encoded: bytes = self.secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
        return encoded


def generate(kind: KeyType) -> PrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # SAFE: here, as below

    if kind is KeyType.ED25519:
        return _held(ed25519.Ed25519PrivateKey.generate(), at="")
    return _held(ec.generate_private_key(ec.SECP256R1() if kind is KeyType.P256 else ec.SECP384R1()), at="")


def read_private(pem: bytes, passphrase: bytes, *, at: str) -> PrivateKey:
    """The private key in a PEM text; ``passphrase`` is empty for one that is not encrypted.

    Raises DocumentInvalid for what is no key, or of another type, and for a passphrase that is wrong, missing or not needed.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # SAFE: here, as below
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        secret = load_pem_private_key(pem, passphrase or None)
    except TypeError:
        why = "the key is not encrypted, and a passphrase was given" if passphrase else "the key is encrypted, and there is no passphrase"
        raise DocumentInvalid(why, at=at) from None
    except (ValueError, UnsupportedAlgorithm):
        what = "the passphrase is wrong, or this is" if passphrase else "this is"
        raise DocumentInvalid(f"{what} no private key in PEM", at=at, hint="`skillpod keygen` makes one") from None
    return _held(secret, at=at)


def is_encrypted(pem: bytes) -> bool:
    """Whether a private key in PEM needs a passphrase: PKCS #8 says so in its first line, OpenSSL's older form in a header."""
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem or b"Proc-Type: 4,ENCRYPTED" in pem


def _held(secret: Any, *, at: str) -> PrivateKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # SAFE: here, so that what only reads never loads it

    public = of_der(secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    if public is None:
        raise DocumentInvalid("a key of another type than we take", at=at, hint=f"one of {', '.join(kind.value for kind in KeyType)}")
    return PrivateKey(public, secret)


def read_certificates(pem: str, key: PublicKey, *, at: str) -> tuple[bytes, ...]:
    """The certificates in a PEM text, in DER: the signer's first, of this key. Raises DocumentInvalid and SignatureInvalid."""
    parts = [f"{part}{_CERTIFICATE_END}" for part in pem.split(_CERTIFICATE_END)[:-1]]
    if not 1 <= len(parts) <= MAX_CHAIN:
        raise DocumentInvalid(f"expected 1 to {MAX_CHAIN} certificates in PEM, found {len(parts)}", at=at)
    chain = tuple(read_root(part, at=at) for part in parts)
    if read_chain(chain, at=at).key != key:
        raise DocumentInvalid("the first certificate is of another key", at=at, hint="the signer's own certificate comes first")
    return chain


def sign(bundle: Bundle, key: PrivateKey, *, subject: str, name: str = FIRST, chain: Sequence[bytes] = ()) -> bytes:
    """The signature file over all files of a bundle, to be written as ``name`` into the root of its folder.

    ``subject`` is what the statement calls the skill; ``chain`` are certificates in DER, the signer's first, for who is known by them.
    Raises SignatureInvalid for a name that no signature of this key may have.
    """
    if name not in (FIRST, further(key.public.id)):
        raise SignatureInvalid("no signature of this key is called so", at=name, hint=f"{FIRST} or {further(key.public.id)}")
    payload = write_statement(bundle.files, subject=subject, beside=(name, *bundle.sidecars))
    return write_envelope(payload, key.sign(pae(payload)), keyid=key.public.id, chain=chain)
