"""Two versions in one: files below ``old/`` are those of the version that was admitted before."""

from __future__ import annotations

from skillpod.lifecycle.pipeline import Survey, update_of
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding
from tests.support.apart import examiner

OLD = "old/"


def changes_of(bundle: Bundle) -> tuple[Finding, ...]:
    """What the newer of the two changes."""
    before = {name.removeprefix(OLD): content for name, content in bundle.files.items() if name.startswith(OLD)}
    after = {name: content for name, content in bundle.files.items() if not name.startswith(OLD)}
    return update_of(_survey({**after, **before}), _survey(after))


def _survey(files: dict[str, bytes]) -> Survey:
    survey = examiner().survey(Bundle.freeze(files))
    if survey.manifest is None:
        raise ValueError(f"the manifest can't be read: {survey.faults}")
    return survey
