"""The official suites of MCP, against skill folders that carry their fixture tools, in the jail, behind the door."""

from __future__ import annotations

import pytest

from tests.conformance.suites import SETS, SINGLES, Outcome, Run, reasons


@pytest.mark.parametrize("run", [*SETS, *SINGLES], ids=lambda run: "-".join((run.suite, *run.chosen[1::2])))
def test_a_run_of_the_suites_fails_where_we_say_why_and_nowhere_else(run: Run, outcomes: dict[Run, Outcome]) -> None:
    assert outcomes[run].is_as_expected, f"{dict(outcomes[run].checks)}\n{outcomes[run].said}"


@pytest.mark.parametrize("expected", sorted({run.expected for run in SETS}))
def test_every_failure_we_expect_has_its_reason_and_is_of_a_scenario_that_ran(expected: str, outcomes: dict[Run, Outcome]) -> None:
    known = reasons(expected)
    ran = {scenario for run, outcome in outcomes.items() if run.expected == expected for scenario in outcome.checks}

    assert all(known.values())
    assert {entry.partition(":")[0] for entry in known} <= ran
