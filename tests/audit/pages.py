"""The examples on the pages of rules, as bundles, written as vectors are.

``python -m tests.audit.pages`` writes the index of the pages into docs/audit-rules.md.
"""

from __future__ import annotations

import re
from pathlib import Path

from skillpod.cli.rulebook import Page, page, rules
from skillpod.lifecycle.pipeline import Examiner
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding
from tests.audit.updates import OLD, changes_of
from tests.audit.vectors import files_of

SKILL = "demo"
"""What the folder of an example is called."""

INDEX = Path(__file__).parent.parent.parent / "docs" / "audit-rules.md"
ROW = "| ["
"""How a row of the index begins, and no other line of that page."""

_BLOCK = re.compile(r"^(`{3,})(?:python|text)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_SHOWN_BY = re.compile(r"`(tests/[\w/.]+)(?:::(\w+))?`")


def example(page: Page, section: str) -> Bundle | None:
    """The one block of a section, or None when there is none."""
    blocks = _BLOCK.findall(page.sections[section])
    if len(blocks) != 1:
        return None
    files = files_of(blocks[0][1].encode())
    return Bundle.freeze({name: content for name, content in files.items() if content or name != "handler.py"})


def shown_by(page: Page) -> tuple[str, str] | None:
    """The file, and the test in it, that a page without an example names."""
    named = _SHOWN_BY.search(page.sections["Fires on"])
    return (named[1], named[2] or "") if named else None


def findings(bundle: Bundle, examiner: Examiner) -> tuple[Finding, ...]:
    """What the audit says of an example; of one with files below ``old/``, what the update says."""
    if any(name.startswith(OLD) for name in bundle.files):
        return changes_of(bundle)
    return examiner.survey(bundle, folder=SKILL).report.findings


def rows() -> list[str]:
    """The index, as the pages say it."""
    return [f"{ROW}{rule}](../skillpod/audit/pages/{rule}.md) | {page(rule).title} | {_severities(page(rule))} |" for rule in rules()]


def _severities(page: Page) -> str:
    return " or ".join(each.value for each in page.severities)


def _with_rows(text: str) -> str:
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith(ROW))
    return "\n".join([*lines[:first], *rows(), *(line for line in lines[first:] if not line.startswith(ROW))])


if __name__ == "__main__":
    INDEX.write_text(_with_rows(INDEX.read_text(encoding="utf-8")), encoding="utf-8")
