"""The benchmarks run, every one of them, and print their tables; what the figures are is not for the suite to judge."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import auditors, beside
from benchmarks.audit import Effort as AuditEffort
from benchmarks.audit import audit
from benchmarks.auditors import AUDITORS
from benchmarks.beside import PEERS, Effort
from benchmarks.corpus import write_skill, write_vectors
from benchmarks.measure import Series, interleave
from benchmarks.plots import Line, distributions, waterfall
from benchmarks.readers import on_no_list, parses, refused
from benchmarks.record import between_marks, record
from benchmarks.table import Grid, Row, amount, markdown

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_every_benchmark_runs_and_stands_beside_its_floor() -> None:
    run = subprocess.run([sys.executable, "-m", "benchmarks", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert run.returncode == 0, run.stderr
    tables = [[line for line in part.splitlines() if line.startswith("|")] for part in run.stdout.split("\n\n")]
    lines, side_by_side, walls, audits = (table for table in tables if table)
    assert all(len({line.count("|") for line in table}) == 1 for table in (lines, side_by_side, walls, audits))
    for figure in (
        "warm round trip",
        "pod.call, warm",
        "what it leaves in the log",
        "forked ahead",
        "renamed in",
        "copied in",
        "swap",
        "restart",
        "--version",
        "search over",
        "a decision over",
        "ctx.run",
        "who may call a tool",
        "MCP: call over stdio",
        "MCP: call over HTTP",
        "MCP: list of",
        "behind every wall",
        "guest on demand",
        "zygote, from nothing to ready",
        "MiB there and back",
        "vectors missed",
        "false alarms",
        "skillpod check",
        "Python audited",
        "warm audit",
        "signed skill of 10 files verified",
        "an unsigned skill of 10 files",
        "durable entries, one by one",
        "proof of inclusion among",
        "the one entry of an actor",
        "the story of a call",
    ):
        assert any(figure in line for line in lines), f"no figure for {figure}"
    for peer, line in zip(PEERS.values(), side_by_side[2:], strict=True):
        assert peer.title in line
        assert re.search(r"\d (us|ms|s) ", line) or "not measured: " in line  # a peer that is not there says so
    for auditor, line in zip(AUDITORS.values(), audits[2:], strict=True):
        assert auditor.title in line
        assert re.search(r"\d+%", line) or "not measured: " in line
    assert any("`seccomp`" in line for line in walls)
    assert any("memory" in line for line in lines) or "memory is not measured" in run.stderr  # a guest hides it from ordinary users


def test_a_figure_has_its_median_its_ratio_and_whether_it_meets_its_target() -> None:
    row = Row("a call", Series([3e-6] * 10), "an echo", Series([1e-6] * 10), target=2.0, is_ratio=True)
    assert row.cells() == ("a call", "10", "3 us", "3 us", "an echo 1 us", "3.00x", "<= 2x", "no")
    assert Row("a call", Series([0.1]), target=0.2).cells()[-2:] == ("<= 200 ms", "yes")
    assert markdown([row]).count("\n") == 2
    assert [amount(value, "s") for value in (5e-6, 0.0123, 2.0)] == ["5 us", "12.3 ms", "2 s"]
    assert amount(2048.0, "B") == "2 KiB"


def test_of_what_is_counted_a_second_the_target_is_the_least() -> None:
    assert Row("calls", Series([12_000.0]), target=10_000, unit="/s").cells()[-2:] == (">= 10,000 /s", "yes")
    assert Row("calls", Series([8_000.0]), target=10_000, unit="/s").cells()[-2:] == (">= 10,000 /s", "no")


def test_a_peer_that_does_not_run_says_why_in_its_row_and_the_others_are_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(beside, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(beside, "PEERS", {name: beside.PEERS[name] for name in ("nsjail", "plain")})
    found = beside.beside(Effort(rounds=1, warm=2, fresh=1, colds=0, rates=0, seconds=0.01, further=1))
    assert found["plain"].absent == ""
    assert len(found["plain"].warm.samples) == 2
    absent, plain = beside.side_by_side(found).lines
    assert absent[2] == "not measured: not installed: `make .environments/peers/.installed`"
    assert len(absent) == len(plain) == len(beside.side_by_side(found).headings)


def test_an_auditor_that_is_not_there_says_so_in_its_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(auditors, "ENVIRONMENTS", tmp_path)
    shown = audit(AuditEffort(vectors=3, packages=("tomllib",), colds=1, readings=1, patience=0, warm=1))
    rows = {row.figure: row for row in shown if isinstance(row, Row)}
    assert rows["vectors missed, of 3, our own"].verdict == "yes"
    (table,) = (thing for thing in shown if isinstance(thing, Grid))
    lines = dict(zip(AUDITORS, table.lines, strict=True))
    assert lines["cisco"][2] == "not measured: not installed: `make .environments/scanner/.installed`"
    assert lines["skillpod"][2] == "3 (100%)"
    assert all(len(line) == len(table.headings) for line in table.lines)


def test_a_vector_is_written_as_a_skill_without_a_word_of_what_is_expected(tmp_path: Path) -> None:
    cases = write_vectors(tmp_path, 5)
    assert {path.name for path in tmp_path.iterdir()} == cases.malicious | cases.honest
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"# expect: " in content for content in written)
    with pytest.raises(ValueError, match="leads out"):
        write_skill(tmp_path / "skill", {"../handler.py": b""})


@pytest.mark.parametrize(
    ("source", "is_fine"),
    [
        ("import json\nprint(json.dumps(1))", True),
        ("import os.path", False),
        ("from subprocess import run", False),
        ("x.__globals__", False),
        ("def eval(): ...", True),
        ("f = eval", False),
    ],
)
def test_the_naive_list_of_names_knows_names_and_nothing_else(source: str, is_fine: bool) -> None:
    assert on_no_list(source) is is_fine


def test_what_a_reader_can_not_read_it_refuses(tmp_path: Path) -> None:
    (tmp_path / "skill").mkdir()
    for name, content in {"fine.py": b"x = 1", "broken.py": b"x = (", "bytes.py": b"x = '\xff'"}.items():
        (tmp_path / "skill" / name).write_bytes(content)
    assert refused(parses, tmp_path) == ["skill/broken.py", "skill/bytes.py"]


def test_a_plot_is_the_same_for_the_same_figures_and_is_well_formed() -> None:
    series = Series([step * 1e-5 for step in range(1, 200)])
    panels = {"warm & fresh": [(Line("ours", "#d9480f"), series)]}
    steps = {"fork": series, "seccomp": series}
    for first, second in (
        (distributions("a < b", panels), distributions("a < b", panels)),
        (
            waterfall("walls", steps, codes=["seccomp"], marks={"bare": 1e-3}),
            waterfall("walls", steps, codes=["seccomp"], marks={"bare": 1e-3}),
        ),
    ):
        assert first == second
        assert ElementTree.fromstring(first).tag.endswith("svg")


def test_recorded_tables_stand_between_their_marks_and_nowhere_else() -> None:
    page = "before\n<!-- jail -->\nold\n<!-- end of jail -->\nafter\n"
    assert between_marks(page, "jail", "new \\1") == "before\n<!-- jail -->\nnew \\1\n<!-- end of jail -->\nafter\n"
    assert between_marks(page, "wire", "new") == page


def test_benchmarks_that_share_marks_are_recorded_together_or_not_at_all(tmp_path: Path) -> None:
    page = tmp_path / "figures.md"
    page.write_text("<!-- wire calls -->\nold\n<!-- end of wire calls -->\n")
    wire, calls = (Grid(name, ("figure",), [("1",)]) for name in ("of the wire", "of calls"))
    record({"wire": [wire]}, "here", tmp_path)
    assert "old" in page.read_text()
    record({"wire": [wire], "calls": [calls]}, "here", tmp_path)
    assert "old" not in page.read_text()
    assert re.findall("### of .*", page.read_text()) == ["### of the wire", "### of calls"]


def test_what_is_compared_is_measured_in_turns() -> None:
    order: list[str] = []
    series = interleave(2, 3, {"a": lambda: order.append("a"), "b": lambda: order.append("b")})
    assert order == ["a"] * 4 + ["b"] * 4 + ["a"] * 4 + ["b"] * 4  # the first of each block warms up
    assert {name: len(kept.samples) for name, kept in series.items()} == {"a": 6, "b": 6}
