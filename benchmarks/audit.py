"""The audit: what it catches and what it alarms for, how fast it reads, how soon ``check`` answers, beside its peers and its floors."""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.auditors import AUDITORS, Auditor, ask, version
from benchmarks.beside import ROOT, with_bytecode
from benchmarks.corpus import PACKAGES, Cases, standard_library, write_skill, write_vectors
from benchmarks.measure import Series, interleave
from benchmarks.peers.shape import Absent
from benchmarks.readers import on_no_list, parses
from benchmarks.table import Grid, Row, Shown, amount
from skillpod.audit.run import run
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle.reading import asked, read
from skillpod.model.bundle import Bundle

SKILL = ROOT / "skills" / "find_vulnerability"
"""The one skill whose check is timed."""
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Effort:
    """``vectors`` of each kind; the ``packages`` that are read for speed; rounds of starts and of readings, which an auditor takes part in
    until it has taken ``patience`` seconds of them; ``warm`` audits of one skill."""

    vectors: int
    packages: Sequence[str]
    colds: int
    readings: int
    patience: float
    warm: int


THOROUGH = Effort(vectors=sys.maxsize, packages=PACKAGES, colds=10, readings=3, patience=25, warm=200)
QUICK = Effort(vectors=12, packages=("tomllib", "json"), colds=1, readings=1, patience=0, warm=5)


@dataclass(slots=True)
class Figures:
    """What was measured of one auditor; ``absent`` says why nothing was, or why it ended early.

    ``cold`` is what a caller waits for; ``start`` and ``reading`` are a processor's time, which others at work on the machine change less.
    """

    version: str = ""
    absent: str = ""
    found: Mapping[str, frozenset[str]] | None = None
    cold: Series = field(default_factory=Series)
    start: Series = field(default_factory=Series)
    reading: Series = field(default_factory=Series)


def audit(effort: Effort) -> Sequence[Shown]:
    library = dict(standard_library(effort.packages))
    found = {name: Figures() for name in AUDITORS}
    python = Series()
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory, with_bytecode() as environment:
        base = Path(directory)
        cases = write_vectors(base / "vectors", effort.vectors)
        for name, bundle in library.items():
            write_skill(base / "library" / name, bundle.files)
        write_skill(base / "one" / SKILL.name, freeze(SKILL).files)

        def judge(auditor: Auditor, figures: Figures) -> None:
            figures.version = version(auditor)
            figures.found = ask(auditor, base / "vectors", environment).found  # and its modules are compiled now

        def start(auditor: Auditor, figures: Figures) -> None:
            if sum(figures.cold.samples) <= effort.patience:
                answer = ask(auditor, base / "one", environment)
                figures.cold.add(answer.seconds)
                figures.start.add(answer.spent)

        def read(auditor: Auditor, figures: Figures) -> None:
            if sum(figures.reading.samples) <= effort.patience:
                figures.reading.add(ask(auditor, base / "library", environment).spent)

        _each(found, judge)
        for _ in range(effort.colds):
            _each(found, start)
            python.add(_bare())
        for _ in range(effort.readings):
            _each(found, read)
        inside = _inside(list(library.values()), effort)
    size = _size(library.values())
    return [*_goals(found["skillpod"], cases, python), *inside, _side_by_side(found, cases, size)]


def _each(found: Mapping[str, Figures], act: Callable[[Auditor, Figures], None]) -> None:
    """What an auditor can't do ends its own measuring and nobody else's."""
    for name, figures in found.items():
        if not figures.absent:
            try:
                act(AUDITORS[name], figures)
            except Absent as fault:
                figures.absent = str(fault)


def _bare() -> float:
    started = perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return perf_counter() - started


# --- ours, inside one process -----------------------------------------------------------------------------------------------------


@contextmanager
def _uncollected() -> Iterator[None]:
    """As in the product's throw-away process, whose collector of cycles never runs (``sandbox.throwaway.answer``)."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _inside(library: Sequence[Bundle], effort: Effort) -> list[Row]:
    """What is left when the process runs: the audit alone, beside the least that reading Python costs, in a processor's time."""
    texts = [text for bundle in library for text in _texts(bundle)]
    things: dict[str, Callable[[], object]] = {
        "audit": lambda: [run(bundle, None) for bundle in library],
        "syntax": lambda: [parses(text) for text in texts],  # no tree is kept: collecting them would be measured, too
        "denylist": lambda: [on_no_list(text) for text in texts],
    }
    with _uncollected():
        taken = interleave(effort.readings, 1, things, process_time)
    rates = {name: Series([_size(library) / _MB / seconds for seconds in series.samples]) for name, series in taken.items()}
    skill = freeze(SKILL)
    request = asked([(skill, SKILL.name)])
    with _uncollected():
        warm = interleave(
            effort.warm,
            1,
            {
                "audit": lambda: run(skill, None),
                "survey": lambda: read(request),  # what its throw-away process does, here
                "syntax": lambda: [parses(text) for text in _texts(skill)],
            },
            process_time,
        )
    one = f"{SKILL.name}, {_size([skill]):,} bytes of Python"
    return [
        Row("Python audited, one processor", rates["audit"], "ast.parse", rates["syntax"], target=2.0, unit="MB/s"),
        Row("the same", rates["audit"], "a list of forbidden names", rates["denylist"], unit="MB/s"),
        Row(f"warm audit of {one}", warm["audit"], "ast.parse", warm["syntax"], target=5e-3),
        Row("the same, with its manifest and tools read", warm["survey"], "ast.parse", warm["syntax"]),
    ]


def _texts(bundle: Bundle) -> list[str]:
    return [content.decode() for name, content in bundle.files.items() if name.endswith(".py")]


def _size(bundles: Iterable[Bundle]) -> int:
    return sum(len(content) for bundle in bundles for name, content in bundle.files.items() if name.endswith(".py"))


# --- tables -----------------------------------------------------------------------------------------------------------------------


def _goals(ours: Figures, cases: Cases, python: Series) -> list[Row]:
    if ours.found is None:
        raise RuntimeError(f"our own check gave no report: {ours.absent}")
    for case in sorted((cases.malicious - ours.found.keys()) | (cases.honest & ours.found.keys())):
        print(f"judged wrong: {cases.titles[case]}", file=sys.stderr)
    missed, alarms = len(cases.malicious - ours.found.keys()), len(cases.honest & ours.found.keys())
    return [
        Row(f"vectors missed, of {len(cases.malicious)}, our own", Series([missed]), target=0, unit=""),
        Row(f"false alarms, on {len(cases.honest)} vectors, our own", Series([alarms]), target=0, unit=""),
        Row(f"skillpod check {SKILL.name}, cold", ours.cold, "python -c pass", python, target=0.3),
    ]


def _side_by_side(found: Mapping[str, Figures], cases: Cases, size: int) -> Grid:
    headings = (
        "auditor",
        "version",
        f"caught of {len(cases.malicious)}",
        f"false alarms of {len(cases.honest)}",
        "counted",
        "caught, grave only",
        "false alarms",
        "counted then",
        "cold",
        "Python read",
    )
    title = f"Audits side by side, on our own vectors and {size / _MB:.1f} MB of the standard library"
    return Grid(title, headings, [_line(AUDITORS[name], figures, cases, size) for name, figures in found.items()])


def _line(auditor: Auditor, figures: Figures, cases: Cases, size: int) -> tuple[str, ...]:
    if figures.found is None:
        return (auditor.title, figures.version, f"not measured: {figures.absent}", *[""] * 7)
    ended = f"; ended early: {figures.absent}" if figures.absent else ""
    grave = {name for name, words in figures.found.items() if words & auditor.worst}
    counts = (figures.found.keys(), auditor.counts + ended), (grave, auditor.strictly)
    shares = [
        (_share(cases.malicious & named, cases.malicious), _share(cases.honest & named, cases.honest), words) if words else ("", "", "")
        for named, words in counts
    ]
    return (auditor.title, figures.version, *shares[0], *shares[1], _median(figures.cold), _rate(figures, size))


def _share(part: Set[str], whole: Set[str]) -> str:
    return f"{len(part)} ({len(part) / len(whole):.0%})"


def _median(series: Series) -> str:
    return amount(series.median, "s") if series.samples else ""


def _rate(figures: Figures, size: int) -> str:
    """Of the whole process, less what it takes for one small skill: nobody's start counts against how fast it reads."""
    if not figures.reading.samples or not figures.start.samples:
        return ""
    spent = figures.reading.median - figures.start.median
    return amount(size / _MB / spent, "MB/s") if spent > 0 else ""
