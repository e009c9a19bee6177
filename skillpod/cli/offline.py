"""What HOME remembers when no pod runs on it. Nothing in HOME is written: the journal is folded anew, beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillpod.cli.values import nearest
from skillpod.errors import PodUnreachable, UnknownSkill
from skillpod.home import Home
from skillpod.lifecycle.recollection import recollect
from skillpod.model.command import Remembered
from skillpod.model.digest import Digest
from skillpod.model.legible import manual_text
from skillpod.model.manifest import ToolSpec
from skillpod.store.bundles import BundleStore
from skillpod.store.index import Index

if TYPE_CHECKING:
    from skillpod.lifecycle.pipeline import Survey

STATE = "not running"


class HomeReader:
    """The looking methods of a pod, answered from HOME. Every method raises PodUnreachable when no pod ever ran there, JournalCorrupt
    and StoreCorrupt."""

    is_running = False

    def __init__(self, home: Path) -> None:
        self._home = home

    def skills(self) -> list[dict[str, Any]]:
        """One entry a name, in the shape of ``SkillManager.skills()``; the state is ``not running``."""
        names, quarantined = _remembered(self._home)
        return [_summary(name, names[name], quarantined) for name in sorted(names)]

    def show(self, name: str) -> dict[str, Any]:
        """What is remembered of one skill, and what its bytes in the store say. Raises UnknownSkill."""
        names, quarantined = _remembered(self._home)
        remembered = _one(names, name)
        shape = _summary(name, remembered, quarantined) | {"history": list(remembered.history)}
        if remembered.digest is None:
            return shape
        survey = _survey(self._home, name, remembered.digest)
        shape["findings"] = [finding.as_dict() for finding in survey.report.findings]
        shape["comparison"] = [row.as_dict() for row in survey.report.comparison]
        if survey.manifest is not None:
            shape |= {
                "version": survey.manifest.version,
                "description": survey.manifest.description,
                "author": survey.manifest.author,
                "tier": survey.manifest.tier.word,
                "lifetime": survey.manifest.lifetime.value,
                "tools": [spec.exported for spec in survey.tools],
                "tool_specs": [_tool(spec) for spec in survey.tools],
            }
        return shape

    def instructions(self, name: str) -> str:
        """The manual of the version that would be mounted. Raises UnknownSkill."""
        remembered = _one(_remembered(self._home)[0], name)
        if remembered.digest is None:
            raise UnknownSkill(f"skill `{name}` is not mounted", hint=f"`skillpod show {name}` says what is remembered", skill=name)
        survey = _survey(self._home, name, remembered.digest)
        return manual_text(survey.bundle.files.get(survey.require().instructions, b""))

    def output(self, name: str) -> str:
        raise PodUnreachable(
            "no pod is running here, and what guests write is kept by the pod they run in",
            at=str(self._home),
            hint="start one with `skillpod serve`",
        )


def _remembered(home: Path) -> tuple[Mapping[str, Remembered], Mapping[Digest, str]]:
    journal = Home(home).journal
    if not journal.is_dir():
        raise PodUnreachable(
            "no pod is running here, and none ever has", at=str(home), hint="start one with `skillpod serve`, or name its --home"
        )
    with tempfile.TemporaryDirectory(prefix="skillpod-index-") as scratch:
        index = Index(Path(scratch) / "index.sqlite")
        try:
            recollect(index, journal)
            return index.names(), index.quarantined()
        finally:
            index.close()


def _one(names: Mapping[str, Remembered], name: str) -> Remembered:
    remembered = names.get(name)
    if remembered is None:
        hint = nearest(name, sorted(names), otherwise="`skillpod list` shows what there is")
        raise UnknownSkill(f"there is no skill `{name}`", hint=hint, skill=name)
    return remembered


def _survey(home: Path, name: str, digest: Digest) -> Survey:
    from skillpod.lifecycle.apart import apart  # SAFE: here, so that a list of names starts fast
    from skillpod.lifecycle.pipeline import Examiner

    with closing(apart()) as worker:
        return Examiner(worker).survey(BundleStore(Home(home).store).get(digest), folder=name)


def _summary(name: str, remembered: Remembered, quarantined: Mapping[Digest, str]) -> dict[str, Any]:
    desired = remembered.desired
    return {
        "name": name,
        "state": STATE,
        "version": "",
        "digest": remembered.digest or "",
        "generation": remembered.generation,
        "previous": remembered.previous,
        "source": desired.source,
        "mode": desired.mode.value,
        "tools": [],
        "quarantined": {digest: quarantined[digest] for digest in remembered.history if digest in quarantined},
        "error": None,
    }


def _tool(spec: ToolSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "exported": spec.exported,
        "description": spec.description,
        "input_schema": dict(spec.input_schema),
        "output_schema": None if spec.output_schema is None else dict(spec.output_schema),
        "hints": dict(spec.hints),
    }
