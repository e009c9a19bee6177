"""A launch from source text, admitted without a pod: for figures of the jail alone."""

from __future__ import annotations

from skillpod.manifest.describe import describe
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NOTHING, Grants, Isolation, Lifetime, Tier
from skillpod.model.decision import Admission
from skillpod.model.digest import value_digest
from skillpod.model.guest import Launch
from skillpod.model.manifest import GuestCount, Limits, Manifest


def launch(
    handler: str,
    *,
    lifetime: Lifetime,
    most: int,
    limits: Limits | None = None,
    grants: Grants = NOTHING,
    isolation: Isolation = Isolation.JAIL,
) -> Launch:
    """A skill whose entry is this text, with at most so many guests at once, and these grants."""
    bundle = Bundle.freeze({"handler.py": handler.encode()})
    manifest = Manifest(
        name="bench",
        version="1.0.0",
        description="Says a word.",
        author="The benchmarks",
        limits=limits or Limits(),
        lifetime=lifetime,
        guests=GuestCount(0, most),
    )
    admission = Admission(
        skill=manifest.name,
        digest=bundle.digest,
        isolation=isolation,
        grants=grants,
        tier=Tier.READ_ONLY,
        rule="benchmarks",
        policy=value_digest("benchmarks"),
    )
    return Launch(admission=admission, bundle=bundle, manifest=manifest, tools=describe(bundle, manifest), config={})
