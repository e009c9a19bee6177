"""``skillpod init``: a manifest.yaml to start from, for a folder that was written for another client."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import render
from skillpod.cli.options import Json
from skillpod.cli.quantities import counted
from skillpod.errors import NotASkill, PathUnusable
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.apart import apart
from skillpod.lifecycle.findings import as_findings
from skillpod.lifecycle.pipeline import Examiner
from skillpod.manifest.parse import MANIFEST
from skillpod.manifest.proposal import Proposal, can_be_proposed_for, propose
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.callback()
def _family() -> None:
    """So that the one command keeps its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """``refused`` is what ``skillpod check`` would still say no to with this manifest in the folder."""

    path: Path
    name: str
    proposal: Proposal
    refused: tuple[Finding, ...]

    @property
    def text(self) -> str:
        return self.proposal.text(self.refused)

    def as_dict(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "name": self.name,
            "manifest": self.text,
            "asks": self.proposal.asks.as_dict(),
            "refused": [finding.as_dict() for finding in self.refused],
        }


@app.command("init")
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The skill's folder: with a SKILL.md, a handler.py or programs in scripts/.")
    ],
    *,
    write: Annotated[bool, typer.Option("--write", help="Write it into the folder; one that is there is never overwritten.")] = False,
    json: Json = False,
) -> None:
    """Propose a manifest.yaml for a folder that has none: what SKILL.md says, and what the audit saw the code use. Nothing of it is run."""
    proposed = examine(folder)
    if write:
        _write(folder / MANIFEST, proposed.text)
    if json:
        render.data({**proposed.as_dict(), "written": write})
        return
    if write:
        render.line(("wrote ", "green"), (str(folder / MANIFEST), "bold"), ": read it before anyone mounts it")
    else:
        render.raw(proposed.text)
    if proposed.refused:
        what = counted(len(proposed.refused), "use")
        render.note((f"{what} can't be asked for, or has no name to ask for; the last lines of the manifest say where", "yellow"))


def examine(folder: Path) -> Proposed:
    """What would be proposed, and what would be refused all the same. Raises PathUnusable, BundleRefused, NotASkill, ManifestInvalid."""
    name = os.path.basename(os.path.abspath(folder))
    bundle = freeze(folder)
    if MANIFEST in bundle.files:
        hint = f"`skillpod check {folder}` says what is wrong with it"
        raise PathUnusable("the folder has a manifest.yaml; nothing was written", at=str(folder / MANIFEST), hint=hint)
    if not can_be_proposed_for(bundle):
        hint = "a SKILL.md, a handler.py or programs in scripts/; `skillpod new NAME` makes one"
        raise NotASkill("there is nothing here to make a skill of", at=str(folder), hint=hint)
    with closing(apart()) as worker:
        examiner = Examiner(worker)
        first = examiner.look(_with_manifest(bundle, propose(bundle, name=name, uses=()).text()), folder=name)
        proposal = propose(bundle, name=name, uses=first.report.capabilities)
        with_it = _with_manifest(bundle, proposal.text())
        seen = examiner.look(with_it, folder=name)
    faults = [finding for fault in seen.faults for finding in as_findings(fault, with_it.files)]
    denied = seen.report.counting(Severity.DENY)
    return Proposed(path=folder, name=name, proposal=proposal, refused=(*faults, *denied))


def _with_manifest(bundle: Bundle, text: str) -> Bundle:
    return Bundle.freeze({**bundle.files, MANIFEST: text.encode()}, bundle.sidecars, bundle.left_out)


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        raise PathUnusable("it is there already; nothing was written", at=str(path), hint="remove it first, if it may go") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
