"""The key a log signs its checkpoints with: made once, owner only, and never in the directory that is given to others."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from skillpod.errors import JournalCorrupt
from skillpod.journal.tree.note import ED25519, Signature, VerifierKey

FILE = "log.key"
_HINT = "bring HOME/log.key back from a backup, or go on in a new log: `skillpod log renew --because TEXT` (docs/journal.md)"


class LogKey:
    """A private key and the log it signs for: ``verifier`` is what others need. Ed25519, loaded from ``cryptography`` when it is made."""

    __slots__ = ("_private", "verifier")

    def __init__(self, private: Any, origin: str) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # SAFE: here, so that readers need not load it

        self._private = private
        self.verifier = VerifierKey(origin, ED25519, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, text: str) -> Signature:
        return Signature(self.verifier.name, self.verifier.id, self._private.sign(text.encode()))

    def pem(self) -> bytes:
        """The private key: PKCS8, without a passphrase."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # SAFE: as above

        pem: bytes = self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem


def generate(origin: str) -> LogKey:
    """A new key, which is nowhere yet."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # SAFE: as above

    return LogKey(Ed25519PrivateKey.generate(), origin)


def keep(key: LogKey, path: Path) -> None:
    """Write the private key, durable when this returns and never seen half. Raises OSError."""
    lay(key, path)
    take(path)


def lay(key: LogKey, path: Path) -> None:
    """Write the private key beside its place, durable when this returns. Raises OSError."""
    beside = _beside(path)
    beside.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    with open(os.open(beside, flags, 0o600), "wb") as file:
        file.write(key.pem())
        file.flush()
        os.fsync(file.fileno())


def laid(path: Path, origin: str) -> LogKey | None:
    """The key that was laid beside that place, None where there is none whole. Raises OSError."""
    try:
        return load(_beside(path), origin)
    except (FileNotFoundError, JournalCorrupt):
        return None


def take(path: Path) -> None:
    """Put what was laid beside it in its place. Raises OSError."""
    _beside(path).rename(path)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def find(path: Path, origin: str, *, verifier: VerifierKey | None) -> LogKey | None:
    """The key that was kept there, or, where a crash kept it from its place, the one beside it that belongs to ``verifier``.

    Raises as ``load``.
    """
    with suppress(FileNotFoundError):
        return load(path, origin)
    beside = laid(path, origin)
    if beside is None or beside.verifier != verifier:
        return None
    take(path)
    return beside


def load(path: Path, origin: str) -> LogKey:
    """The key that was kept there. Raises OSError, JournalCorrupt for what is no such key."""
    from cryptography.exceptions import UnsupportedAlgorithm  # SAFE: as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb") as file:
        text = file.read(4096)
    try:
        private = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise JournalCorrupt(f"{path.name} holds no private key", at=str(path), hint=_HINT) from fault
    if not isinstance(private, Ed25519PrivateKey):
        raise JournalCorrupt(f"{path.name} holds a key of another kind than Ed25519", at=str(path), hint=_HINT)
    return LogKey(private, origin)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether that is a signature of the public key (32 bytes) over the message (RFC 8032)."""
    from cryptography.exceptions import InvalidSignature  # SAFE: as above

    try:
        _public(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def _public(key: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # SAFE: as above

    return Ed25519PublicKey.from_public_bytes(key)
