"""The operator's own programs."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from time import monotonic

import pytest

from skillpod.errors import PathUnusable
from skillpod.sandbox.worker import KILLED, ProgramWorker


def run(*argv: str, stdin: bytes = b"", timeout: float = 10.0) -> int:
    return asyncio.run(ProgramWorker().run(argv, stdin=stdin, timeout=timeout))


def test_a_program_reads_its_stdin_and_its_status_comes_back(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    script = f"import sys; open({str(taken)!r}, 'wb').write(sys.stdin.buffer.read()); sys.exit(7)"
    assert run(sys.executable, "-c", script, stdin=b'{"kind": "refused"}') == 7
    assert taken.read_bytes() == b'{"kind": "refused"}'


def test_a_program_that_does_not_read_is_no_trouble() -> None:
    assert run(sys.executable, "-c", "", stdin=b"x" * 2**20) == 0


def test_the_environment_is_a_constructed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POD_SECRET", "hunter2")
    seen = tmp_path / "seen"
    run(sys.executable, "-c", f"import os; open({str(seen)!r}, 'w').write(','.join(os.environ))")
    names = set(seen.read_text().split(","))
    assert "PATH" in names
    assert "POD_SECRET" not in names
    assert names <= {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"}


def test_at_its_timeout_a_program_is_killed_with_all_it_started(tmp_path: Path) -> None:
    told = tmp_path / "child"
    script = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(told)!r}, "w").write(str(child.pid))
time.sleep(60)
"""
    started = monotonic()
    assert run(sys.executable, "-c", script, timeout=0.5) == KILLED
    assert monotonic() - started < 5
    child = int(told.read_text())
    for _ in range(1000):
        try:
            with open(f"/proc/{child}/stat") as stat:
                if stat.read().split()[2] == "Z":
                    break
        except FileNotFoundError:
            break
        os.sched_yield()
    else:
        pytest.fail("the program's child lives")


def test_a_program_ended_by_a_signal_gives_its_number() -> None:
    assert run(sys.executable, "-c", "import os; os.kill(os.getpid(), 15)") == -15


@pytest.mark.parametrize("program", ["/no/such/program", "/etc/passwd", "/"])
def test_what_is_no_program_is_said_so(program: str) -> None:
    with pytest.raises(PathUnusable, match="can't be run"):
        run(program)


def test_what_a_program_leaves_behind_with_its_output_is_gone_at_the_end(tmp_path: Path) -> None:
    """The program itself has ended by then, and was waited for."""
    told = tmp_path / "child"
    script = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(told)!r}, "w").write(str(child.pid))
"""
    said = asyncio.run(ProgramWorker().ask((sys.executable, "-c", script), timeout=1.0, most=100))
    assert said.status == KILLED
    child = Path("/proc", told.read_text(), "stat")
    until = monotonic() + 10.0
    while child.exists() and child.read_text().rpartition(")")[2].split()[0] != "Z":
        assert monotonic() < until
