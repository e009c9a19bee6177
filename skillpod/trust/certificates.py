"""X.509: whether a chain of certificates leads from a signer to pinned roots, all of it valid now (RFC 5280).

Paths are built and checked by ``cryptography.x509.verification``; what it leaves to its callers is checked here. Revocation lists and OCSP
are not asked: nothing here speaks to a network, and revocations.yaml is what takes a certificate back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from skillpod.documents import show
from skillpod.errors import DocumentInvalid, SignatureInvalid
from skillpod.trust.keys import PublicKey, id_of, of_der

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from skillpod.trust.publisher import PinnedRoots

_DEPTH = 4
"""Certificates between the signer's and a root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The certificates of a signature, the signer's first, and its key; none is trusted yet."""

    certificates: tuple[Certificate, ...]
    key: PublicKey

    @property
    def subject(self) -> str:
        return self.certificates[0].subject.rfc4514_string()

    @property
    def issuer(self) -> str:
        """Of the last one: where the chain ends, or who comes next."""
        return self.certificates[-1].issuer.rfc4514_string()


def read_root(pem: str, *, at: str) -> bytes:
    """The one certificate in a PEM text, in DER. Raises DocumentInvalid."""
    if "PRIVATE KEY" in pem:
        raise DocumentInvalid("this is a private key", at=at, hint="take it out of here at once, and give the certificate instead")
    from cryptography import x509  # SAFE: here, as below: what is unsigned never loads it
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        (certificate,) = x509.load_pem_x509_certificates(pem.encode())
        return certificate.public_bytes(Encoding.DER)
    except ValueError:
        raise DocumentInvalid("not one certificate in PEM", at=at, hint="it begins with -----BEGIN CERTIFICATE-----") from None


def read_chain(certificates: Sequence[bytes], *, at: str) -> Chain:
    """Raises SignatureInvalid for what is no certificate, or a signer's key of a type that is not taken."""
    loaded = tuple(_loaded(der, f"{at}[{index}]") for index, der in enumerate(certificates))
    key = of_der(_spki(loaded[0]))
    if key is None:
        raise SignatureInvalid("the signer's certificate has a key of a type that is not taken", at=f"{at}[0]", hint="P-256 or P-384")
    return Chain(certificates=loaded, key=key)


def _loaded(der: bytes, at: str) -> Certificate:
    certificate = _parsed(der)
    if certificate is None:
        raise SignatureInvalid("not a certificate in DER", at=at)
    return certificate


@lru_cache(maxsize=64)
def _parsed(der: bytes) -> Certificate | None:
    from cryptography import x509  # SAFE: here, as above
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        certificate = x509.load_der_x509_certificate(der)
        # Each of these is parsed when it is asked for, and what can't be is then told here, once.
        _ = certificate.extensions, certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()
        _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        # The library takes a signature's BIT STRING with unused bits and ignores their number: a second spelling of one certificate.
        is_canonical = certificate.public_bytes(Encoding.DER) == der and der.endswith(b"\0" + certificate.signature)
        return certificate if is_canonical else None
    # SAFE: a stranger's bytes in a parser that has no one class for its refusals (InvalidVersion is no ValueError): whatever it says is no.
    except Exception:  # noqa: BLE001
        return None
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # what a bug of the library's Rust becomes, and else would end the pod
            raise
        return None


def _spki(certificate: Certificate) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm  # SAFE: here, as above
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return b""


# --- judging a chain ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """A chain that leads to pinned roots: the ids of all its keys, the root's too, and until when all of it is valid (seconds since the
    epoch)."""

    keys: tuple[str, ...]
    until: float


def follow(chain: Chain, pinned: PinnedRoots, *, now: float, at: str) -> Led:
    """The chain ends in one of the roots, all of it valid now, its signer one who may sign code and whom the operator meant.

    Raises SignatureInvalid with the first reason why not.
    """
    moment = datetime.fromtimestamp(now, UTC)
    path = _path(chain, pinned, moment)
    whole = [*chain.certificates, *(() if isinstance(path, str) else path)]
    why = next(_faults(chain.certificates[0], whole, path, pinned, moment), "")
    if why:
        raise SignatureInvalid(why, at=at)
    until = min(certificate.not_valid_after_utc.timestamp() for certificate in whole)
    return Led(keys=tuple({id_of(_spki(certificate)) for certificate in whole}), until=until)


def _faults(leaf: Certificate, whole: Sequence[Certificate], path: Any, pinned: PinnedRoots, moment: datetime) -> Iterator[str]:
    for certificate in whole:
        yield from _validity_faults(certificate, moment)
    yield from _usage_faults(leaf)
    if isinstance(path, str):
        yield path
    yield from _subject_faults(leaf, pinned)


def _validity_faults(certificate: Certificate, moment: datetime) -> Iterator[str]:
    said = show(certificate.subject.rfc4514_string())
    if moment < certificate.not_valid_before_utc:
        yield f"the certificate of {said} is not valid before {certificate.not_valid_before_utc.isoformat()}"
    if moment > certificate.not_valid_after_utc:
        yield f"the certificate of {said} expired at {certificate.not_valid_after_utc.isoformat()}"


def _usage_faults(leaf: Certificate) -> Iterator[str]:
    """Who may sign: digitalSignature and code signing, where the certificate speaks of usage, and it must speak of one of them."""
    from cryptography import x509  # SAFE: here, as above
    from cryptography.x509.oid import ExtendedKeyUsageOID

    said = show(leaf.subject.rfc4514_string())
    basic, usage, extended = (
        _extension(leaf, kind) for kind in (x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage)
    )  # fmt: skip
    if basic is not None and basic.ca:
        yield f"the certificate of {said} is one of an authority: it signs certificates, not skills"
    if usage is None and extended is None:
        yield f"the certificate of {said} does not say that it may sign: it has no key usage"
    if usage is not None and not usage.digital_signature:
        yield f"the certificate of {said} may not sign: its key usage is without digitalSignature"
    if extended is not None and ExtendedKeyUsageOID.CODE_SIGNING not in extended:
        yield f"the certificate of {said} may not sign code: its extended key usage is without codeSigning"


def _extension(certificate: Certificate, kind: Any) -> Any:
    from cryptography.x509 import ExtensionNotFound  # SAFE: here, as above

    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except ExtensionNotFound:
        return None


def _path(chain: Chain, pinned: PinnedRoots, moment: datetime) -> Sequence[Certificate] | str:
    """From the signer's certificate to a root, or why there is none."""
    from cryptography.x509.verification import PolicyBuilder, Store, VerificationError  # SAFE: here, as above

    roots = [root for der in pinned.roots if (root := _parsed(der)) is not None]
    signers, authorities = _extension_policies()
    builder = PolicyBuilder().store(Store(roots)).time(moment).max_chain_depth(_DEPTH)
    verifier = builder.extension_policies(ca_policy=authorities, ee_policy=signers).build_client_verifier()
    try:
        return verifier.verify(chain.certificates[0], list(chain.certificates[1:])).chain
    except (VerificationError, ValueError) as fault:
        return f"no path leads from {show(chain.subject)} to the roots {pinned.id!r}: {_reason(fault)}"


def _reason(fault: Exception) -> str:
    """The library's, without the objects that it quotes."""
    return str(fault).partition(" (encountered")[0].removeprefix("validation failed: ")


@lru_cache(maxsize=1)
def _extension_policies() -> tuple[Any, Any]:
    """What extensions a signer's certificate and an authority's must have: those of the Web's TLS are not asked of either."""
    from cryptography import x509  # SAFE: here, as above
    from cryptography.x509.verification import Criticality, ExtensionPolicy

    def signs_certificates(_policy: Any, _certificate: Certificate, usage: x509.KeyUsage | None) -> None:
        if usage is not None and not usage.key_cert_sign:
            raise ValueError("an authority's key usage is without keyCertSign")

    def is_authority(_policy: Any, _certificate: Certificate, basic: x509.BasicConstraints) -> None:
        if not basic.ca:
            raise ValueError("a certificate that is no authority's has signed one")

    authorities = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, is_authority)
    authorities = authorities.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, signs_certificates)
    return ExtensionPolicy.permit_all(), authorities


def _subject_faults(leaf: Certificate, pinned: PinnedRoots) -> Iterator[str]:
    for attribute, pattern in pinned.subject:
        said = _said(leaf, attribute)
        if len(said) != 1 or pattern.fullmatch(said[0]) is None:
            wanted = attribute.replace("_", " ")
            yield f"the certificate of {show(leaf.subject.rfc4514_string())} has not the {wanted} that {pinned.id!r} asks for"


def _said(leaf: Certificate, attribute: str) -> list[str]:
    """What the certificate says of its subject; an address stands in the alternative names (RFC 5280, section 4.1.2.6)."""
    from cryptography import x509  # SAFE: here, as above
    from cryptography.x509.oid import NameOID

    if attribute == "email":
        names = _extension(leaf, x509.SubjectAlternativeName)
        return [] if names is None else names.get_values_for_type(x509.RFC822Name)
    wanted = NameOID.COMMON_NAME if attribute == "common_name" else NameOID.ORGANIZATION_NAME
    return [str(found.value) for found in leaf.subject.get_attributes_for_oid(wanted)]
