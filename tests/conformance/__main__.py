"""Run every suite and print what came of it, a line a scenario: ``make conformance``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.conformance.stand import standing
from tests.conformance.suites import MISSING, SETS, SINGLES, Outcome, Run, carry_out, is_installed, reasons


async def main() -> int:
    """Zero when every run ended as expected."""
    if not is_installed():
        sys.stderr.write(f"{MISSING}\n")
        return 2
    worst = False
    with tempfile.TemporaryDirectory(prefix="conformance") as place:
        async with standing(Path(place, "pod")) as url:
            for number, run in enumerate((*SETS, *SINGLES)):
                began = time.monotonic()
                outcome = await carry_out(run, url, Path(place, str(number)))
                sys.stdout.write("\n".join(_lines(run, outcome, time.monotonic() - began)) + "\n\n")
                worst = max(worst, not outcome.is_as_expected)
    return int(worst)


def _lines(run: Run, outcome: Outcome, seconds: float) -> list[str]:
    known = reasons(run.expected) if run.expected else {}
    verdict = "as expected" if outcome.is_as_expected else "NOT AS EXPECTED"
    passed = sum(_mark(checks) == "pass" for checks in outcome.checks.values())
    lines = [f"{run.suite} {' '.join(run.chosen)}: {verdict}, {passed} of {len(outcome.checks)} scenarios pass whole, {seconds:.1f} s"]
    for scenario, checks in outcome.checks.items():
        reason = "; ".join(reason for entry, reason in known.items() if entry.partition(":")[0] == scenario)
        lines.append(f"  {_mark(checks)} {scenario:<50} {_counts(checks)}{'  expected: ' + reason if reason else ''}")
    return lines if outcome.is_as_expected else [*lines, outcome.said]


def _mark(checks: Counter[str]) -> str:
    return "fail" if checks["FAILURE"] else "warn" if checks["WARNING"] else "pass" if checks["SUCCESS"] else "skip"


def _counts(checks: Counter[str]) -> str:
    said = (f"{count} {status.lower()}" for status, count in sorted(checks.items()) if status != "INFO")
    return ", ".join(said)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
