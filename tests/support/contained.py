"""A signed skill under a policy that gives its publisher either isolation: the same story, told over the jail and over module isolation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from skillpod.intake.snapshot import freeze
from skillpod.model.capability import Isolation
from skillpod.trust.sign import sign
from tests.support.skills import exchange, replace_file, write_skill
from tests.trust.signed import entry, key

AUTHOR = "Acme Tools <tools@acme.example>"
ALLOWED: dict[str, Any] = {
    "id": "acme-in-process",
    "match": {"isolation": "module", "signed": True, "publisher": "acme"},
    "outcome": "allow",
    "reason": "We would merge what Acme signs.",
}
IN_THE_JAIL: dict[str, Any] = {
    "id": "in-the-jail",
    "match": {},
    "outcome": "allow",
    "unsigned": "accepted",
    "reason": "It asks for nothing.",
}


class Shelf:
    """Where a publisher's skills are built, signed and put from: each whole, by one rename."""

    def __init__(self, isolation: Isolation, *, skills: Path, home: Path, policies: Path) -> None:
        self.isolation = isolation
        self.skills = skills
        self.home = home
        self.policies = policies
        self._aside = policies.parent / "shelf"
        self._built = 0
        publisher = {"id": "acme", "names": ["acme_*"], "authors": [AUTHOR], "tier": "system", "keys": [entry(key())]}
        replace_file(policies / "trust.yaml", json.dumps({"trust": 1, "publishers": [publisher]}))
        self.rule(ALLOWED, IN_THE_JAIL)
        home.mkdir(exist_ok=True)
        self.contain("acme_words", isolation)

    def rule(self, *rules: dict[str, Any]) -> None:
        replace_file(self.policies / "default.yaml", json.dumps({"policy": 1, "name": "default", "rules": list(rules)}))

    def contain(self, name: str, isolation: Isolation) -> None:
        """Say in pod.yaml how it is to be contained."""
        replace_file(self.home / "pod.yaml", json.dumps({"skills": {name: {"isolation": isolation.value}}}))

    def put(self, handler: str, *, name: str = "acme_words", **manifest: Any) -> None:
        """The next version, in place of what is there, signed as it stands."""
        self._built += 1
        parent = self._aside / str(self._built)
        parent.mkdir(parents=True)
        built = write_skill(parent, name, handler=handler, version=f"1.0.{self._built}", manifest={"author": AUTHOR, **manifest})
        (built / "skill.oms.sig").write_bytes(sign(freeze(built), key(), subject=name))
        target = self.skills / name
        if target.exists():
            exchange(built, target)
        else:
            built.rename(target)
