"""The official conformance suites as programs: how each is run, and what it said."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[1] / ".environments" / "conformance"
NODE = ENVIRONMENT / "bin" / "node"
MISSING = "the conformance suites are not installed: `make environments` installs them, with a Node of their own"
PATIENCE = 180.0
"""Seconds a run may take before it counts as hanging."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STAMPED = re.compile(r"-\d{4}-\d\d-\d\dT[\d-]+Z$")
"""The time the suites put behind the name of a scenario whose results they leave."""

OLD, NEW = "0.1.16", "0.2.0-alpha.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one suite. ``chosen`` are the suite's own options that say which scenarios it runs; ``expected`` is the file of the
    failures that are known, each with its reason; ``least`` is how many scenarios there are."""

    title: str
    suite: str
    chosen: tuple[str, ...]
    expected: str = ""
    least: int = 1


def _single(scenario: str, revision: str = "") -> Run:
    at = ("--spec-version", revision) if revision else ()
    return Run(title=scenario, suite=NEW, chosen=("--scenario", scenario, *at))


SETS = (
    Run(title="active", suite=OLD, chosen=("--suite", "active"), expected="expected-0.1.16.yaml", least=30),
    Run(title="2025-11-25", suite=NEW, chosen=("--requirements", "2025-11-25"), expected="expected-0.2.yaml", least=33),
    Run(title="2026-07-28", suite=NEW, chosen=("--requirements", "2026-07-28"), expected="expected-0.2.yaml", least=50),
)
"""All that the older suite calls active, and all that each revision of the protocol requires."""

SINGLES = (
    _single("sep-2640-skills-enumeration"),
    _single("sep-2640-skills-directory"),
    _single("sep-2640-skills-manifest"),
    _single("json-schema-2020-12", "2025-11-25"),
    _single("json-schema-2020-12", "2026-07-28"),
    _single("http-header-validation"),
    _single("server-session-lifecycle", "2025-11-25"),
)
"""What no revision requires and we serve: these count here, though the sets only report them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run ended with; ``checks`` counts their statuses for each scenario, in the order they ran."""

    run: Run
    status: int
    said: str
    checks: dict[str, Counter[str]]

    @property
    def is_as_expected(self) -> bool:
        """The suite says so, and really looked: it ran every scenario, and passed the only one it was told to run whole."""
        if self.status != 0 or len(self.checks) < self.run.least:
            return False
        return bool(self.run.expected) or all(_is_whole(checks) for checks in self.checks.values())


def _is_whole(checks: Counter[str]) -> bool:
    return 0 < checks["SUCCESS"] == checks.total() - checks["INFO"]


def is_installed() -> bool:
    return (ENVIRONMENT / ".installed").exists()


def reasons(expected: str) -> dict[str, str]:
    """Every failure a file expects, with the comment behind it."""
    lines = (line.strip() for line in (HERE / expected).read_text().splitlines())
    entries = (line[2:].partition("#") for line in lines if line.startswith("- "))
    return {entry.strip(): reason.strip() for entry, _, reason in entries}


async def carry_out(run: Run, url: str, place: Path) -> Outcome:
    """Run one suite against a server; ``place`` is where it leaves its results."""
    program = ENVIRONMENT / run.suite / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    baseline = ("--expected-failures", str(HERE / run.expected)) if run.expected else ()
    place.mkdir()
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(program), "server", "--url", url, *run.chosen, *baseline, "-o", str(place),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.defpath, "HOME": str(place), "NO_COLOR": "1"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Outcome(
        run=run, status=process.returncode or 0, said=_COLOURS.sub("", said.decode(errors="replace")), checks=dict(_checks(place))
    )


def _checks(place: Path) -> Iterator[tuple[str, Counter[str]]]:
    for path in sorted(place.glob("server-*/checks.json"), key=lambda path: path.stat().st_mtime_ns):
        scenario = _STAMPED.sub("", path.parent.name.removeprefix("server-"))
        yield scenario, Counter(check["status"] for check in json.loads(path.read_text()))
