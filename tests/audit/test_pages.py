"""Every rule has one page in one form, whose examples do what they say; the index in docs/ is what the pages say."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from skillpod.audit.run import run
from skillpod.cli.rulebook import page, parse, rules
from skillpod.model.finding import Severity
from tests.audit import pages
from tests.audit.vectors import vectors
from tests.support.apart import examiner

ROOT = Path(__file__).parent.parent.parent
RULE = re.compile(r"\b[A-Z]{3}-\d{3}\b")

WITHOUT_AN_EXAMPLE = {"AUD-001", "AUD-002", "SRC-001", "SRC-003", "SRC-004", "SRC-005", "SRC-007", "FIL-003", "UPD-009"}
"""Rules about faults, floods, sizes and bytes that a page can't hold: their pages name the test that shows them."""

EXAMINER = examiner()


def in_the_code() -> set[str]:
    sources = [*(ROOT / "skillpod" / "audit").rglob("*.py"), ROOT / "skillpod" / "model" / "credential_shapes.py"]
    return {rule for source in sources for rule in re.findall(rf'"({RULE.pattern})"', source.read_text(encoding="utf-8"))}


def test_every_rule_has_a_page_and_every_page_its_rule() -> None:
    assert set(rules()) == in_the_code()


@pytest.mark.parametrize("rule", rules())
def test_a_page_is_in_the_form_of_pages(rule: str) -> None:
    found = page(rule)
    assert found.rule == rule
    assert list(found.severities) == sorted(found.severities, key=[Severity.DENY, Severity.REVIEW, Severity.NOTICE].index)
    line = " or ".join(f"*{severity.value}*" for severity in found.severities) + (f" · {found.cwe}" if found.cwe else "")
    assert found.text.startswith(f"# {rule} {found.title}\n{line}\n\n")
    assert found.seen
    assert all(found.sections.values())
    assert 10 < len(found.why) <= 160
    assert all(len(text) <= 160 for text in found.text.split("\n") if rule != "SRC-010" and "hidden = 2" not in text)
    assert {named for named in RULE.findall(found.text) if named[:4] != "CWE-"} <= set(rules())


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule not in WITHOUT_AN_EXAMPLE])
def test_the_first_example_gives_the_rule(rule: str) -> None:
    bundle = pages.example(page(rule), "Fires on")
    assert bundle is not None
    fired = {finding.severity for finding in pages.findings(bundle, EXAMINER) if finding.rule == rule}
    assert fired
    assert fired <= set(page(rule).severities)


@pytest.mark.parametrize("rule", rules())
def test_the_second_example_does_not(rule: str) -> None:
    bundle = pages.example(page(rule), "Does not fire on")
    assert bundle is not None
    assert [finding for finding in pages.findings(bundle, EXAMINER) if finding.rule == rule] == []
    assert not any(finding.severity is Severity.DENY for finding in pages.findings(bundle, EXAMINER))


@pytest.mark.parametrize("rule", sorted(WITHOUT_AN_EXAMPLE))
def test_a_page_without_an_example_names_the_test_that_shows_it(rule: str) -> None:
    assert pages.example(page(rule), "Fires on") is None
    named = pages.shown_by(page(rule))
    assert named is not None
    file, test = named
    assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def test_no_vector_gives_a_severity_that_the_rules_page_does_not_name() -> None:
    seen = {
        (finding.rule, finding.severity)
        for vector in (*vectors("malicious"), *vectors("honest"))
        for finding in run(vector.bundle, None).findings
        if not finding.file.startswith("tests/")
    }
    assert sorted(rule for rule, severity in seen if severity not in page(rule).severities) == []


def test_few_pages_are_without_an_example() -> None:
    assert len(WITHOUT_AN_EXAMPLE) <= 12


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "# REF-003\n*review*\n\nSeen.\n",
        "# REF-003 A title\nreview\n\nSeen.\n",
        "# REF-003 A title\n*review*\n\nSeen.\n\n## Why\nSo.\n",
        "# REF-003 A title\n*severe*\n\nSeen.\n",
    ],
)
def test_a_page_in_another_form_is_no_page(wrong: str) -> None:
    with pytest.raises(ValueError):
        parse(wrong)


def test_the_index_is_what_the_pages_say() -> None:
    told = [line for line in pages.INDEX.read_text(encoding="utf-8").split("\n") if line.startswith(pages.ROW)]
    assert told == pages.rows(), "`python -m tests.audit.pages` writes it"


def test_the_pages_are_shipped() -> None:
    shipped = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["skillpod"]
    files = [
        path.relative_to(ROOT / "skillpod").as_posix()
        for path in (ROOT / "skillpod").rglob("*")
        if path.suffix in (".md", ".json", ".yaml")
    ]
    assert [file for file in files if not any(fnmatch(file, glob) for glob in shipped)] == []


def test_every_rule_about_code_has_a_vector_it_fires_on() -> None:
    fired = {vector.expected for vector in vectors("malicious")}
    about_code = {rule for rule in in_the_code() if rule.split("-")[0] in ("IMP", "DYN", "REF", "TAM")}
    quiet = {rule for rule in about_code if set(page(rule).severities) == {Severity.NOTICE}}
    assert about_code - fired - quiet == set()
