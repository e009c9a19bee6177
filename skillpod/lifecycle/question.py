"""What is held under a name: everything that people are asked to agree to, kept until it is answered or something else comes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from skillpod.errors import SkillpodError
from skillpod.lifecycle.pipeline import Survey
from skillpod.lifecycle.probe import Outcome
from skillpod.model.command import Desired
from skillpod.model.decision import Hold
from skillpod.model.finding import Finding
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the manifest's tests gave in the jail, without any grant; ``error`` is why there were none to run, when it could not start."""

    outcomes: tuple[Outcome, ...] = ()
    error: SkillpodError | None = None
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True, eq=False)
class Question:
    """``since`` is seconds since the epoch; ``desired`` is the wish behind it, whose actor asked; ``trial`` is None until it has run."""

    survey: Survey
    manifest: Manifest
    hold: Hold
    provenance: Provenance
    update: tuple[Finding, ...]
    desired: Desired
    since: float
    trial: Trial | None = None
    trying: asyncio.Lock = field(default_factory=asyncio.Lock)
