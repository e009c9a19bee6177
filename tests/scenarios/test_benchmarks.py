"""The benchmarks run, every one of them, and print one table; what the figures are is not for the suite to judge."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Series, interleave
from benchmarks.table import Row, amount, markdown

ROOT = Path(__file__).resolve().parents[2]


def test_every_benchmark_runs_and_stands_beside_its_floor() -> None:
    run = subprocess.run([sys.executable, "-m", "benchmarks", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert run.returncode == 0, run.stderr
    lines = [line for line in run.stdout.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    for figure in (
        "warm round trip",
        "pod.call, warm",
        "forked ahead",
        "renamed in",
        "copied in",
        "swap",
        "restart",
        "--version",
        "search over",
        "MCP: call over stdio",
        "MCP: call over HTTP",
        "MCP: list of",
    ):
        assert any(figure in line for line in lines), f"no figure for {figure}"
    assert any("memory" in line for line in lines) or "memory is not measured" in run.stderr  # a guest hides it from ordinary users


def test_a_figure_has_its_median_its_ratio_and_whether_it_meets_its_target() -> None:
    row = Row("a call", Series([3e-6] * 10), "an echo", Series([1e-6] * 10), target=2.0, is_ratio=True)
    assert row.cells() == ("a call", "10", "3 us", "3 us", "an echo 1 us", "3.00x", "<= 2x", "no")
    assert Row("a call", Series([0.1]), target=0.2).cells()[-2:] == ("<= 200 ms", "yes")
    assert markdown([row]).count("\n") == 2
    assert [amount(value, "s") for value in (5e-6, 0.0123, 2.0)] == ["5 us", "12.3 ms", "2 s"]
    assert amount(2048.0, "B") == "2 KiB"


def test_what_is_compared_is_measured_in_turns() -> None:
    order: list[str] = []
    series = interleave(2, 3, {"a": lambda: order.append("a"), "b": lambda: order.append("b")})
    assert order == ["a"] * 4 + ["b"] * 4 + ["a"] * 4 + ["b"] * 4  # the first of each block warms up
    assert {name: len(kept.samples) for name, kept in series.items()} == {"a": 6, "b": 6}
