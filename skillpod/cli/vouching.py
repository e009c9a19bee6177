"""Whom the operator's folder of policies trusts, for commands that look at folders and know no past."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skillpod.cli.checkup import require_outside
from skillpod.lifecycle.pipeline import Voucher, vouch_for_nobody
from skillpod.model.provenance import NO_PAST, Provenance

if TYPE_CHECKING:
    from skillpod.model.bundle import Bundle
    from skillpod.model.manifest import Manifest


def voucher(policies: Path | None, skills: Sequence[Path]) -> Voucher:
    """By trust.yaml and revocations.yaml, now. Raises PolicyUnreadable, and CommandInvalid for policies that one of the skills brings."""
    if policies is None:
        return vouch_for_nobody
    require_outside(policies, skills, hint="a skill can't say whom to trust: keep the folder of policies elsewhere")
    from skillpod.config import load_revocations, load_trust  # SAFE: here, so that a check without policies never loads them
    from skillpod.trust.vouch import vouch

    trust, revocations = load_trust(policies), load_revocations(policies)

    def by_policies(bundle: Bundle, manifest: Manifest) -> Provenance:
        return vouch(bundle, manifest, trust, revocations, NO_PAST, now=time.time())

    return by_policies
