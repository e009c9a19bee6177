"""Every rule has its entry in docs/audit-rules.md, and every entry its rule."""

from __future__ import annotations

import re
from pathlib import Path

from tests.audit.vectors import vectors

ROOT = Path(__file__).parent.parent.parent
RULE = re.compile(r"\b(?:AUD|SRC|IMP|DYN|REF|TAM|CAP|FIL|SKL|TXT|OUT)-\d{3}\b")


def in_the_code() -> set[str]:
    sources = (ROOT / "skillpod" / "audit").rglob("*.py")
    return {rule for source in sources for rule in re.findall(rf'"({RULE.pattern})"', source.read_text(encoding="utf-8"))}


def test_every_rule_is_explained_once() -> None:
    headings = re.findall(rf"^### ({RULE.pattern}) ", (ROOT / "docs" / "audit-rules.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(headings) == in_the_code()


def test_every_rule_about_code_has_a_vector_it_fires_on() -> None:
    fired = {vector.expected for vector in vectors("malicious")}
    about_code = {rule for rule in in_the_code() if rule.split("-")[0] in ("IMP", "DYN", "REF", "TAM")}
    assert about_code - fired == set()
