"""The signature files of a bundle, read and held against its files; whose they are is not asked yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from skillpod.errors import Refused, SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.names import SIDECAR
from skillpod.trust.certificates import Chain, read_chain
from skillpod.trust.envelope import Envelope, pae, read_envelope
from skillpod.trust.keys import PublicKey
from skillpod.trust.statement import Statement, check_coverage, file_digests, passed_over, read_statement

FIRST = "skill.oms.sig"
MAX_SIDECARS = 16

Fault = TypeVar("Fault", bound=Refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One signature file that covers the bundle, if it is one of the key it speaks of. ``passed_over`` are names that were signed and that
    no bundle has."""

    name: str
    envelope: Envelope
    statement: Statement
    passed_over: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.name}:dsseEnvelope.signatures[0]"

    def chain(self) -> Chain | None:
        """Its certificates, or None where it is a key that signed. Raises SignatureInvalid."""
        listed = self.envelope.chain
        return read_chain(listed, at=f"{self.name}:verificationMaterial.x509CertificateChain.certificates") if listed else None

    def signer(self) -> str:
        """The id of the key that it says to be signed by. Raises SignatureInvalid."""
        chain = self.chain()
        return self.envelope.hint if chain is None else chain.key.id

    def check_signed_by(self, key: PublicKey) -> None:
        """The signature is this key's, and nothing in the file names another. Raises SignatureInvalid."""
        if self.envelope.hint and self.envelope.hint != key.id:
            raise SignatureInvalid(f"it says to be signed by the key {self.envelope.hint}, not by {key.id}", at=self.name)
        if self.envelope.keyid not in ("", key.id):
            raise SignatureInvalid("the keyid is not the signer's key", at=f"{self.place}.keyid")
        if self.name not in (FIRST, further(key.id)):
            hint = f"call it {FIRST} or {further(key.id)}"
            raise SignatureInvalid("the file is called by another key than signed it", at=self.name, hint=hint)
        if not key.has_signed(pae(self.envelope.payload), self.envelope.signature):
            message = f"the signature is not one of the key {key.id} over this payload"
            raise SignatureInvalid(message, at=f"{self.place}.sig", hint="one of the two was changed, or is of another skill")


def further(key: str) -> str:
    """The name of a further signer's file."""
    return f"skill.oms.{key}.sig"


def read_evidence(bundle: Bundle) -> tuple[Evidence, ...]:
    """Every signature file of a bundle, each covering every file of it; empty for an unsigned one. Nothing is verified yet.

    Raises SignatureInvalid with every reason why not.
    """
    stray = next((name for name in bundle.files if SIDECAR.fullmatch(name)), "")
    if stray:
        raise SignatureInvalid("a signature stands among the files it is to sign", at=stray, digest=bundle.digest)
    if len(bundle.sidecars) > MAX_SIDECARS:
        message = f"there are {len(bundle.sidecars)} signatures; at most {MAX_SIDECARS} are read"
        raise SignatureInvalid(message, at=FIRST, digest=bundle.digest)
    if not bundle.sidecars:
        return ()
    digests = file_digests(bundle.files)
    found: list[Evidence] = []
    faults: list[SignatureInvalid] = []
    for name, content in bundle.sidecars.items():
        try:
            envelope = read_envelope(content, name=name)
            statement = read_statement(envelope.payload, name=name)
            check_coverage(statement, bundle, digests, at=name)
            passed = passed_over(statement, bundle)
            found.append(Evidence(name=name, envelope=envelope, statement=statement, passed_over=passed))
        except SignatureInvalid as fault:
            faults.append(fault)
    if faults:
        whole = together(faults)
        whole.about(digest=bundle.digest)
        raise whole
    return tuple(found)


def together(faults: Sequence[Fault]) -> Fault:
    """The one reason, or all of them, by the kind of the first."""
    if len(faults) == 1:
        return faults[0]
    leaves = [leaf for fault in faults for leaf in (fault.reasons or (fault,))]
    return type(faults[0])(f"{len(leaves)} reasons; the first: {leaves[0].message}", at=leaves[0].at, reasons=leaves)
