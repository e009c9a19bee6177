"""The official suites of MCP, against skill folders that carry their fixture tools, in the jail, behind the door."""

from __future__ import annotations

import pytest

from tests.conformance.suites import SETS, SINGLES, Outcome, Run, reasons


@pytest.mark.parametrize("run", SETS, ids=lambda run: f"{run.suite}-{run.title}")
def test_a_set_of_the_suite_fails_where_we_say_why_and_nowhere_else(run: Run, outcomes: dict[Run, Outcome]) -> None:
    outcome = outcomes[run]

    assert outcome.status == 0, outcome.said
    assert len(outcome.checks) >= run.least, "the suite ran fewer scenarios than it has"


@pytest.mark.parametrize("run", SINGLES, ids=lambda run: "-".join(run.chosen[1::2]))
def test_a_scenario_that_no_revision_requires_passes_whole(run: Run, outcomes: dict[Run, Outcome]) -> None:
    outcome = outcomes[run]
    (checks,) = outcome.checks.values()

    assert outcome.status == 0, outcome.said
    assert checks["SUCCESS"] > 0
    assert checks["SUCCESS"] == checks.total() - checks["INFO"], outcome.said


@pytest.mark.parametrize("run", SETS, ids=lambda run: f"{run.suite}-{run.title}")
def test_every_failure_we_expect_has_its_reason_beside_it(run: Run) -> None:
    assert all(reasons(run.expected).values())
