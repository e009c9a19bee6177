"""The version that ``skillpod check --against`` compares with: an older folder, a folder of them, or a digest in a pod's store."""

from __future__ import annotations

from pathlib import Path

from skillpod.cli.checkup import skill_folders
from skillpod.errors import CommandInvalid, UnknownDigest
from skillpod.home import Home
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.pipeline import Examiner, Survey
from skillpod.model.bundle import Bundle
from skillpod.model.digest import Digest
from skillpod.store.bundles import BundleStore

_DIGEST = "sha256:"


class Earlier:
    """Finds the version before, of each folder that is checked. Raises PathUnusable and NotASkill for a path, UnknownDigest and
    StoreCorrupt for a digest."""

    def __init__(self, against: str, *, home: Path, examiner: Examiner) -> None:
        self._against = against
        self._examiner = examiner
        self._stored = BundleStore(Home(home).store).get(Digest(against)) if against.startswith(_DIGEST) else None
        self._folders = [] if self._stored else list(skill_folders([Path(against)]))

    def require_one(self, folders: list[Path]) -> None:
        """One version stands before one folder; only a folder of skills stands before several, by their names, and before one of them at
        least. Raises CommandInvalid."""
        if len(folders) > 1 and (self._stored is not None or self._is_one):
            raise CommandInvalid(
                f"{self._against} is one version, and {len(folders)} folders are checked",
                at="--against",
                hint="check one folder, or name a folder that holds the earlier versions under the same names",
            )

        names = {folder.absolute().name for folder in folders}
        if names and self._stored is None and not self._is_one and names.isdisjoint(folder.name for folder in self._folders):
            hint = "name the folder of the version before, or one that holds a folder of the same name"
            raise CommandInvalid(f"{self._against} holds no earlier version of what is checked", at="--against", hint=hint)

    @property
    def _is_one(self) -> bool:
        return self._folders == [Path(self._against)]

    def of(self, name: str) -> Survey | None:
        """The version before the folder of this name; None when there is none, and it is new."""
        bundle = self._stored or self._frozen(name)
        if bundle is None:
            return None
        survey = self._examiner.survey(bundle, folder=name)
        if survey.manifest is None:
            raise UnknownDigest(
                f"what {self._against} holds of `{name}` has no manifest that can be read, so nothing can be compared with it",
                at="--against",
                hint=f"`skillpod check {self._against}` says why",
                skill=name,
                digest=bundle.digest,
            )
        return survey

    def _frozen(self, name: str) -> Bundle | None:
        found = next((folder for folder in self._folders if self._is_one or folder.name == name), None)
        return None if found is None else freeze(found)
