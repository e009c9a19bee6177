"""Whom the operator's folder of policies trusts, for commands that look at folders and know no past."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from skillpod.cli.checkup import require_outside
from skillpod.config import load_revocations, load_trust
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import NO_PAST, Provenance
from skillpod.trust.vouch import vouch

Voucher = Callable[[Bundle, Manifest], Provenance]
"""Who signed a bundle, in the eyes of the operator; raises what ``trust.vouch`` does."""


def voucher(policies: Path | None, skills: Sequence[Path]) -> Voucher:
    """By trust.yaml and revocations.yaml, now; without a folder nobody is trusted. Raises PolicyUnreadable, and CommandInvalid for policies
    that one of the skills brings."""
    if policies is not None:
        require_outside(policies, skills, hint="a skill can't say whom to trust: keep the folder of policies elsewhere")
    trust, revocations = load_trust(policies), load_revocations(policies)
    return lambda bundle, manifest: vouch(bundle, manifest, trust, revocations, NO_PAST, now=time.time())
