"""False alarms on code that nobody here wrote: ``python -m benchmarks.alarms`` audits packages and writes docs/false-alarms.md."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from time import process_time
from typing import Any

import yaml

from benchmarks.beside import ROOT
from benchmarks.packages import Package, packages
from benchmarks.peers.shape import Absent
from benchmarks.table import grid
from skillpod.audit.ruleset import RULESET
from skillpod.audit.run import run
from skillpod.model.finding import Finding, Report, Severity

TRIAGE = Path(__file__).with_name("triage.yaml")
PAGE = ROOT / "docs" / "false-alarms.md"
_PAGES = ROOT / "skillpod" / "audit" / "pages"
_SHOWN = 4
"""Places that are named of each kind."""
_WIDTH = 100


class Opinion(Enum):
    RIGHT = "right"
    ARGUABLE = "arguable"
    WRONG = "wrong"
    NONE = "not judged"


@dataclass(frozen=True, slots=True)
class Kind:
    """Findings that a reader judges alike, and in which words. Empty ``subjects``, ``files`` and ``code`` fit every finding of the rules;
    ``code`` is searched for in the line of source that a finding is about."""

    rules: tuple[str, ...]
    opinion: Opinion
    words: str
    subjects: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    code: str = ""

    def fits(self, finding: Finding, line: str) -> bool:
        return (
            finding.rule in self.rules
            and _any(finding.subject, self.subjects)
            and _any(finding.file, self.files)
            and re.search(self.code, line) is not None
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding in one package, with the line it is about and the kind that it was put to."""

    package: str
    finding: Finding
    line: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reading:
    package: Package
    report: Report
    seconds: float
    judged: tuple[Judged, ...]


# --- judging ----------------------------------------------------------------------------------------------------------------------


def kinds(text: str) -> tuple[Kind, ...]:
    """What is written in triage.yaml; of several that fit a finding the first is meant."""
    return tuple(_kind(entry) for entry in yaml.safe_load(text))


def _kind(entry: Mapping[str, Any]) -> Kind:
    unknown = entry.keys() - {"rules", "opinion", "words", "subjects", "files", "code"}
    if unknown:
        raise ValueError(f"a kind in {TRIAGE.name} has no {sorted(unknown)[0]!r}")
    lists = {name: tuple(str(entry.get(name, "")).split()) for name in ("rules", "subjects", "files")}
    return Kind(opinion=Opinion(entry["opinion"]), words=" ".join(entry["words"].split()), code=entry.get("code", ""), **lists)


def judge(package: Package, judgements: Sequence[Kind]) -> Reading:
    started = process_time()
    report = run(package.bundle, None)
    seconds = process_time() - started
    judged = []
    for finding in report.findings:
        if finding.severity is not Severity.NOTICE:
            line = _line(package, finding)
            fitting = (kind for kind in judgements if kind.fits(finding, line))
            unjudged = Kind((finding.rule,), Opinion.NONE, "Nobody has judged these yet.")
            judged.append(Judged(package.name, finding, line, next(fitting, unjudged)))
    return Reading(package, report, seconds, tuple(judged))


def _any(text: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(text, pattern) for pattern in patterns)


def _line(package: Package, finding: Finding) -> str:
    lines = package.bundle.files.get(finding.file, b"").decode("utf-8", "replace").split("\n")
    return lines[finding.line - 1].strip() if 0 < finding.line <= len(lines) else ""


# --- the page ---------------------------------------------------------------------------------------------------------------------


def page(readings: Sequence[Reading]) -> str:
    judged = [each for reading in readings for each in reading.judged]
    denied = [each for each in judged if each.finding.severity is Severity.DENY]
    asked = [each for each in judged if each.finding.severity is Severity.REVIEW]
    return "\n\n".join(
        [
            _opening(readings, denied, asked),
            "## Package by package",
            _packages(readings),
            "## What is denied, and why",
            *_by_rule(denied),
            "## What a person is asked",
            *_by_rule(asked),
            "",
        ]
    )


def _opening(readings: Sequence[Reading], denied: Sequence[Judged], asked: Sequence[Judged]) -> str:
    size = sum(reading.package.bundle.size for reading in readings)
    seconds = sum(reading.seconds for reading in readings)
    modules, examples = (sum(getattr(reading.package, what) for reading in readings) for what in ("modules", "examples"))
    taken = f"Ruleset {RULESET}; {seconds:.1f} s of a processor's time, {size / 1e6 / seconds:.2f} MB/s."
    return f"""# False alarms

What the audit says of code that nobody here wrote: {len(readings)} well-known packages, {modules} modules and {examples} examples from
their documentation, {size / 1e6:.1f} MB, each as if an author had copied it into a skill that asks for nothing. `make alarms` installs them
in these versions, audits them and writes this page; what a reader thinks of each kind of finding is in
[benchmarks/triage.yaml](../benchmarks/triage.yaml), and what no line there fits is counted as *not judged*.

{taken} Left out are tests, and faker's tables of names in other languages than English.

{grid(("", *(opinion.value for opinion in Opinion)), [_opinions("denied", denied), _opinions("asked of a person", asked)])}

*Right*: a reader who sees the line agrees that a skill must not do this unasked, or that nobody can say from reading what it does.
*Arguable*: harmless where it stands, by what a person knows of it and no reader of the code alone can. *Wrong*: the line can't do what
the rule is about."""


def _opinions(what: str, judged: Sequence[Judged]) -> tuple[str, ...]:
    counted = Counter(each.kind.opinion for each in judged)
    return (what, *(str(counted[opinion]) for opinion in Opinion))


def _packages(readings: Sequence[Reading]) -> str:
    headings = ("package", "modules", "examples", "KB", "denied", "of which arguable", "wrong", "not judged", "asked", "denied by rule")
    return grid(headings, [_package(reading) for reading in readings])


def _package(reading: Reading) -> tuple[str, ...]:
    denied = [each for each in reading.judged if each.finding.severity is Severity.DENY]
    rules = Counter(each.finding.rule for each in denied)
    _, _, arguable, wrong, none = _opinions("", denied)
    package = reading.package
    return (
        f"{package.name} {package.version}",
        str(package.modules),
        str(package.examples),
        f"{package.bundle.size / 1e3:,.0f}",
        str(len(denied)),
        *(arguable, wrong, none),
        str(len(reading.judged) - len(denied)),
        ", ".join(f"{rule} {count}" for rule, count in rules.most_common()),
    )


def _by_rule(judged: Sequence[Judged]) -> Iterator[str]:
    rules = Counter(each.finding.rule for each in judged)
    for rule, count in sorted(rules.items(), key=lambda counted: (-counted[1], counted[0])):
        of_rule = [each for each in judged if each.finding.rule == rule]
        yield f"### {rule}{_title(rule)}: {count}"
        yield "\n".join(_kinds(of_rule))


def _kinds(judged: Sequence[Judged]) -> Iterator[str]:
    for kind in sorted({each.kind for each in judged}, key=lambda kind: (list(Opinion).index(kind.opinion), kind.words)):
        alike = [each for each in judged if each.kind == kind]
        names = ", ".join(dict.fromkeys(each.package for each in alike))
        yield f"- **{kind.opinion.value}**, {len(alike)} in {names}. {kind.words}"
        yield from (f"  - {_example(each)}" for each in _varied(alike))


def _varied(judged: Sequence[Judged]) -> Iterable[Judged]:
    """Some, of as many packages and about as many things as there are."""
    by_package = {each.package: each for each in reversed(judged)}
    by_subject = {each.finding.subject: each for each in reversed(judged)}
    chosen = dict.fromkeys([*reversed(by_package.values()), *reversed(by_subject.values()), *judged])
    return list(chosen)[:_SHOWN]


def _example(judged: Judged) -> str:
    where = f"{judged.finding.file}:{judged.finding.line}" if judged.finding.line else judged.finding.file
    line = judged.line.replace("`", "'")
    shown = line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"
    return f"{where} `{shown}`" if shown else where


def _title(rule: str) -> str:
    """As its page has it; nothing for a rule without one."""
    path = _PAGES / f"{rule}.md"
    first = path.read_text("utf-8").partition("\n")[0] if path.exists() else ""
    return f", {title}" if (title := first.removeprefix(f"# {rule} ").strip()) else ""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.alarms", description="Audit well-known packages, and write what a reader thinks of it."
    )
    parser.add_argument("--print", action="store_true", dest="shown", help="print what is not judged or wrong, and write nothing")
    options = parser.parse_args()
    judgements = kinds(TRIAGE.read_text("utf-8"))
    try:
        readings = [judge(package, judgements) for package in packages()]
    except Absent as fault:
        parser.exit(1, f"{fault}\n")
    if options.shown:
        for each in (each for reading in readings for each in reading.judged if each.kind.opinion in (Opinion.WRONG, Opinion.NONE)):
            finding = each.finding
            print(
                f"{each.kind.opinion.value}: {finding.rule} {finding.severity.value} {_example(each)} [{finding.subject}] {finding.message}"
            )
        return
    PAGE.write_text(page(readings), "utf-8")


if __name__ == "__main__":
    main()
