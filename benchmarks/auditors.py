"""Programs that say of a folder of skills what they find wrong with each: ours, its peers, and a list of forbidden names."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.beside import ROOT
from benchmarks.command import skillpod
from benchmarks.peers.shape import Absent

ENVIRONMENTS = ROOT / ".environments"
_SECONDS = 600
_UNREADABLE = "unreadable"

Faults = Iterator[tuple[str, str]]
"""The name of a skill's folder and how bad what was found is, in the auditor's own word."""


@dataclass(frozen=True, slots=True)
class Auditor:
    """``command`` has ``{skills}`` for a folder of skills' folders; it prints its report, or writes it to ``{report}``.

    ``counts`` says what is counted against a skill; ``strictly`` what is when only its ``worst`` words are. ``environment`` is empty for
    what runs in this interpreter; ``package`` is whose version is told.
    """

    title: str
    environment: str
    package: str
    command: tuple[str, ...]
    read: Callable[[Any, Path], Faults]
    counts: str
    worst: frozenset[str] = frozenset()
    strictly: str = ""

    @property
    def python(self) -> str:
        """Raises Absent when its environment was not made."""
        if not self.environment:
            return sys.executable
        python = ENVIRONMENTS / self.environment / "bin" / "python"
        if not python.exists():
            raise Absent(f"not installed: `make .environments/{self.environment}/.installed`")
        return str(python)


@dataclass(slots=True)
class Answer:
    """One run of an auditor as a whole process: ``seconds`` of waiting, ``spent`` of a processor's time, and what it said of each skill
    that it found something in."""

    seconds: float
    spent: float
    found: Mapping[str, frozenset[str]]


# --- reading reports --------------------------------------------------------------------------------------------------------------


def _of_ours(report: Any, skills: Path) -> Faults:
    """Only the audit's own findings: what is wrong with a manifest is another matter."""
    for skill in report["skills"]:
        for finding in skill["findings"]:
            if re.fullmatch(r"[A-Z]{3}-\d{3}", finding["rule"]) and finding["severity"] != "notice":
                yield Path(skill["path"]).name, finding["severity"]


def _of_bandit(report: Any, skills: Path) -> Faults:
    for issue in report["results"]:
        yield _skill_of(issue["filename"], skills), issue["issue_severity"]
    for fault in report["errors"]:
        yield _skill_of(fault["filename"], skills), _UNREADABLE


def _of_cisco(report: Any, skills: Path) -> Faults:
    for skill in report["results"]:
        for finding in skill["findings"]:
            yield Path(skill["skill_path"]).name, finding["severity"]


def _of_readers(report: Any, skills: Path) -> Faults:
    for file in report:
        yield Path(file).parts[0], _UNREADABLE


def _skill_of(file: str, skills: Path) -> str:
    return Path(file).relative_to(skills).parts[0]


# --- who there is -----------------------------------------------------------------------------------------------------------------

AUDITORS: Mapping[str, Auditor] = {
    "skillpod": Auditor(
        "**skillpod** `check`",
        "",
        "skillpod",
        (*skillpod(), "check", "--format", "json", "{skills}"),
        _of_ours,
        "an audit finding that asks for a review or denies",
        frozenset({"deny"}),
        "denies",
    ),
    "bandit": Auditor(
        "bandit",
        "auditors",
        "bandit",
        ("{scripts}/bandit", "--quiet", "--recursive", "--format", "json", "{skills}"),
        _of_bandit,
        "any finding, of any severity and confidence; a file it can't read",
        frozenset({"MEDIUM", "HIGH", _UNREADABLE}),
        "medium or high",
    ),
    "restricted": Auditor(
        "RestrictedPython, `compile_restricted_exec`",
        "auditors",
        "RestrictedPython",
        ("{python}", "-m", "benchmarks.readers", "restricted", "{skills}"),
        _of_readers,
        "any error when compiling; imports and `getattr` are guarded when the code runs, which is not seen here",
    ),
    "cisco": Auditor(
        "Cisco skill-scanner, `--use-behavioral`",
        "scanner",
        "cisco-ai-skill-scanner",
        (
            "{scripts}/skill-scanner",
            *("scan-all", "{skills}", "--use-behavioral", "--compact", "--format", "json", "--output-json", "{report}"),
        ),
        _of_cisco,
        "any finding, of any severity; what runs without a network and without a model's key",
        frozenset({"HIGH", "CRITICAL"}),
        "high or critical",
    ),
    "denylist": Auditor(
        "a list of forbidden names",
        "",
        "",
        ("{python}", "-m", "benchmarks.readers", "denylist", "{skills}"),
        _of_readers,
        "a name of the list, whatever it means",
    ),
}


# --- running them -----------------------------------------------------------------------------------------------------------------


def version(auditor: Auditor) -> str:
    """Raises Absent when its package was not installed."""
    if not auditor.package:
        return ""
    program = f"from importlib.metadata import version; print(version({auditor.package!r}))"
    asked = subprocess.run([auditor.python, "-c", program], capture_output=True, text=True, timeout=60)
    if asked.returncode:
        raise Absent("not installed: its package was not to be had")
    return asked.stdout.strip()


def _spent() -> float:
    """Seconds of a processor's time that all processes took which we started and which ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ask(auditor: Auditor, skills: Path, environment: Mapping[str, str]) -> Answer:
    """One process over a folder of skills. Raises Absent when it gives no report."""
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as scratch:
        report, printed, told = (Path(scratch) / name for name in ("report", "printed", "told"))
        given = {"python": auditor.python, "scripts": str(Path(auditor.python).parent), "skills": str(skills), "report": str(report)}
        argv = [word.format(**given) for word in auditor.command]
        with printed.open("wb") as out, told.open("wb") as err:
            started, before = perf_counter(), _spent()
            run = subprocess.run(argv, cwd=ROOT, env={**environment}, stdout=out, stderr=err, timeout=_SECONDS)
            took, spent = perf_counter() - started, _spent() - before
        text = (report if report.exists() else printed).read_text("utf-8")
        try:
            faults = list(auditor.read(json.loads(text), skills))
        except (ValueError, KeyError) as fault:
            last = told.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise Absent(f"no report ({type(fault).__name__}, status {run.returncode}): {''.join(last)}") from fault
    found: dict[str, set[str]] = {}
    for name, word in faults:
        found.setdefault(name, set()).add(word)
    return Answer(took, spent, {name: frozenset(words) for name, words in found.items()})
