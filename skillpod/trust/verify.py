"""From the signature sidecars of a bundle to who signed it."""

from __future__ import annotations

from skillpod.errors import SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.names import SIDECAR
from skillpod.model.provenance import UNSIGNED, Provenance


def verify(bundle: Bundle) -> Provenance:
    """Who signed the bundle: ``UNSIGNED`` when there is no sidecar.

    Raises SignatureInvalid when there is one: this version has no verifier for ``skill.oms.sig`` (OpenSSF Model Signing v1.0), and
    evidence that can't be checked is refused, never read as "unsigned".
    """
    evidence = sorted({*bundle.sidecars, *(name for name in bundle.files if SIDECAR.fullmatch(name))}, key=str.encode)
    if not evidence:
        return UNSIGNED
    removal = " and ".join(f"`{name}`" for name in evidence)
    raise SignatureInvalid(
        "the skill carries a signature, and this version can't verify one",
        at=evidence[0],
        hint=f"remove {removal} to have it decided as an unsigned skill; a signature that can't be checked is never ignored",
        digest=bundle.digest,
    )
