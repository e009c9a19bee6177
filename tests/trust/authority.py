"""Authorities and the certificates they issue, good and bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from skillpod.trust.sign import PrivateKey, _held

START, END = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
    "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holder:
    """A certificate and its private key."""

    certificate: x509.Certificate
    secret: Any

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key(self) -> PrivateKey:
        return _held(self.secret, at="")

    @property
    def id(self) -> str:
        return self.key.public.id


def usage(*said: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in said for name in _USAGES})


def issued(
    name: str, by: Holder | None = None, *, secret: Any = None, extensions: Any = (), start: datetime = START, end: datetime = END
) -> Holder:
    """A certificate by an authority, or by itself."""
    secret = secret or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by.certificate.subject if by else subject)
    builder = builder.public_key(secret.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(START).not_valid_after(end)
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, is_critical)
    signer = by.secret if by else secret
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Holder(builder.sign(signer, algorithm), secret)


def authority(name: str, by: Holder | None = None, *, length: int | None = None, **more: Any) -> Holder:
    extensions = [(x509.BasicConstraints(ca=True, path_length=length), True), (usage("key_cert_sign", "crl_sign"), True)]
    return issued(name, by, extensions=extensions, **more)


def signer(by: Holder, *, name: str = "Signing 001", says: Any = None, **more: Any) -> Holder:
    """By default one that may sign code, with an address."""
    extensions = says if says is not None else [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
        (x509.SubjectAlternativeName([x509.RFC822Name("tools@acme.example")]), False),
    ]  # fmt: skip
    return issued(name, by, extensions=extensions, **more)


ROOT = authority("Root")
BETWEEN = authority("Between", ROOT, length=0)
LEAF = signer(BETWEEN)
