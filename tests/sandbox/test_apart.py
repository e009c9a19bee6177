"""Throw-away processes: whatever happens in one, its parent gets an answer or a reason, in time, and nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from skillpod.model.ended import Ended
from skillpod.ports import Apart
from skillpod.sandbox.apart import ForkedApart
from skillpod.sandbox.helper import HelperApart
from skillpod.sandbox.throwaway import MIB, Bounds, Walls
from tests.sandbox import attacks

BOUNDS = Bounds(memory=96 * MIB, cpu=2, wall=1.5, answer=MIB)
PATIENT = Bounds(memory=96 * MIB, cpu=1, wall=20.0, answer=MIB)
ENTRY, NOTHING = "tests.sandbox.attacks:answer", "tests.sandbox.attacks:nothing"

Make = Callable[[Bounds], Apart]


def forked(bounds: Bounds) -> Apart:
    return ForkedApart(attacks.answer, bounds=bounds)


def helped(bounds: Bounds) -> Apart:
    return HelperApart(ENTRY, prepare=NOTHING, bounds=bounds)


@pytest.fixture(params=[forked, helped], ids=["forked", "helper"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    made: list[Apart] = []

    def make_one(bounds: Bounds) -> Apart:
        made.append(request.param(bounds))
        return made[-1]

    yield make_one
    for apart in made:
        apart.close()
        apart.close()


@pytest.fixture
def apart(make: Make) -> Apart:
    return make(BOUNDS)


def children() -> set[int]:
    """Of this process, zombies too."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile: its children are another's by now
            found |= {int(word) for word in (task / "children").read_text().split()}
    return found


def test_an_answer_comes_back(apart: Apart) -> None:
    large = os.urandom(MIB // 2)
    assert apart.run(b"hello") == b"hello"
    assert apart.run(large) == large
    assert apart.run(b"") == b""


ENDS = {
    "eat": {"ran out of its 96 MiB of memory"},
    "eat_and_hold_on": {"was killed after 1.5 s"},
    "sleep": {"was killed after 1.5 s"},
    "crash": {"was ended by SIGSEGV"},
    "overflow": {"was ended by SIGSEGV", "failed"},
    "abort": {"was ended by SIGABRT", "was ended by SIGSEGV"},  # abort(3) falls back on that where it may send no signal
    "leave": {"ended with status 3"},
    "raise_it": {"failed"},
    "flood": {"answered with more than 1 MiB"},
    "hang_up": {"was ended by SIGKILL"},
    "say_and_stay": {"was ended by SIGKILL"},
}


@pytest.mark.parametrize("attack", ENDS)
def test_a_process_that_goes_astray_ends_with_a_reason(apart: Apart, attack: str) -> None:
    before = children()
    started = time.monotonic()
    told = apart.run(f"do {attack}".encode())
    assert isinstance(told, Ended)
    assert told.why in ENDS[attack]
    assert time.monotonic() - started < 15
    assert apart.run(b"still here") == b"still here"
    left = children() - before
    assert left <= ({apart.process} if isinstance(apart, HelperApart) else set())


@pytest.mark.parametrize(("attack", "why"), [("spin", "used up its 1 s of processor time"), ("spin_deaf", "was ended by SIGKILL")])
def test_processor_time_is_bounded_beside_the_clock(make: Make, attack: str, why: str) -> None:
    assert make(PATIENT).run(f"do {attack}".encode()) == Ended(why)


def test_one_that_says_nothing_has_answered_nothing(apart: Apart) -> None:
    assert apart.run(b"do leave_without_a_word") == b""


@pytest.mark.skipif(bool(Walls(BOUNDS).absent), reason="this kernel has not every wall")
def test_nothing_is_within_reach(apart: Apart) -> None:
    told = apart.run(b"do look_around")
    assert isinstance(told, bytes)
    assert set(json.loads(told).values()) == {"PermissionError"}


def test_the_limits_need_no_wall(make: Make) -> None:
    told = make(BOUNDS).run(b"do limits")
    assert isinstance(told, bytes)
    assert json.loads(told) == {"RLIMIT_FSIZE": [0, 0], "RLIMIT_CORE": [0, 0], "RLIMIT_NPROC": [0, 0], "RLIMIT_NOFILE": [32, 32]}


def test_it_inherits_no_descriptor_and_no_environment(apart: Apart) -> None:
    secret = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        told, environment = apart.run(b"do descriptors"), apart.run(b"do environment")
    finally:
        os.close(secret)
    assert isinstance(told, bytes)
    assert set(json.loads(told)) <= {0, 1, 2, 3, 4}
    assert environment == b"{}"


def test_no_descriptor_is_left_open(make: Make) -> None:
    apart = make(Bounds(memory=96 * MIB, cpu=2, wall=0.3, answer=MIB))
    apart.run(b"warm")
    apart.run(b"warm")
    before = os.listdir("/proc/self/fd")
    for request in (b"fine", b"do sleep", b"do crash", b"do flood", b"do leave"):
        apart.run(request)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_many_are_answered_in_their_order_and_one_that_hangs_keeps_no_other_waiting(make: Make) -> None:
    requests = [b"do sleep", *(f"{number}".encode() for number in range(60)), b"do crash", b"last"]
    told = list(make(BOUNDS).each(requests))
    assert told == [Ended("was killed after 1.5 s"), *requests[1:61], Ended("was ended by SIGSEGV"), b"last"]


def test_what_is_not_waited_for_is_killed() -> None:
    before = children()
    answers = ForkedApart(attacks.slow, bounds=BOUNDS, at_once=2).each([b"0", b"100", b"100"])
    assert next(answers) == b"0"
    answers.close()  # type: ignore[attr-defined]
    assert children() == before


def test_the_second_fork_has_what_was_prepared_before() -> None:
    prepared: list[int] = []
    apart = ForkedApart(lambda _: str(len(prepared)).encode(), prepare=lambda: prepared.append(1), bounds=BOUNDS)
    assert list(apart.each([b""] * 3)) == [b"0", b"1", b"1"]
    apart.close()


# --- the helper --------------------------------------------------------------------------------------------------------------------


def test_what_can_wait_is_prepared_when_nothing_is_asked() -> None:
    helper = HelperApart("tests.sandbox.attacks:completed", prepare=NOTHING, complete="tests.sandbox.attacks:complete", bounds=PATIENT)
    try:
        assert helper.run(b"") == b"no"
        deadline = time.monotonic() + 20
        while helper.run(b"") == b"no" and time.monotonic() < deadline:
            time.sleep(1.0)
        assert helper.run(b"") == b"yes"
    finally:
        helper.close()


def test_a_helper_that_is_killed_is_started_again_and_what_it_was_asked_is_asked_again() -> None:
    helper = HelperApart("tests.sandbox.attacks:slow", prepare=NOTHING, bounds=PATIENT)
    try:
        helper.run(b"0")
        first = helper.process
        assert first is not None
        with ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(helper.run, b"0.8") for _ in range(2)]
            time.sleep(0.3)
            os.kill(first, signal.SIGKILL)
            assert [each.result(timeout=20) for each in asked] == [b"0.8", b"0.8"]
        assert helper.process != first
    finally:
        helper.close()


def test_a_helper_that_can_not_start_is_a_reason_and_no_exception() -> None:
    helper = HelperApart("no.such.module:function", prepare=NOTHING, bounds=BOUNDS)
    assert helper.run(b"x") == Ended("lost the process it is forked from, again and again")
    helper.close()


def test_a_helper_that_is_stopped_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillpod.sandbox.helper._SLACK", 0.2)
    monkeypatch.setattr("skillpod.sandbox.helper._ENDING", 0.2)
    helper = HelperApart(ENTRY, prepare=NOTHING, bounds=Bounds(wall=0.5))
    try:
        helper.run(b"x")
        assert helper.process is not None
        os.kill(helper.process, signal.SIGSTOP)
        assert helper.run(b"y") == b"y"
    finally:
        helper.close()


def test_many_threads_ask_one_helper() -> None:
    helper = HelperApart(ENTRY, prepare=NOTHING, bounds=PATIENT)
    try:
        requests = [str(number).encode() * 1000 for number in range(40)]
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(helper.run, requests)) == requests
        assert len(children()) >= 1
    finally:
        helper.close()


def test_a_helper_and_what_it_forked_end_with_the_process_that_asked(tmp_path: Path) -> None:
    program = f"""\
import os, sys, threading, time
sys.path.append({str(tmp_path)!r})  # it stands in its helper's command line, and tells that from any other's
from skillpod.sandbox.helper import HelperApart
helper = HelperApart("tests.sandbox.attacks:slow", prepare="{NOTHING}")
threading.Thread(target=helper.run, args=(b"100",), daemon=True).start()
while helper.process is None:
    time.sleep(0.01)
time.sleep(0.5)
print(helper.process, flush=True)
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=30, check=False)
    helper = int(ended.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _lives(helper):
        time.sleep(0.02)
    assert not _lives(helper)
    assert not any(os.fsencode(tmp_path) in _command(process) for process in os.listdir("/proc") if process.isdigit())


def _lives(process: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False


def _command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_the_spare_that_somebody_kills_is_replaced() -> None:
    helper = HelperApart(ENTRY, prepare=NOTHING, bounds=PATIENT)
    try:
        assert helper.run(b"a") == b"a"
        time.sleep(0.3)
        spares = Path(f"/proc/{helper.process}/task/{helper.process}/children").read_text().split()
        for spare in spares:
            os.kill(int(spare), signal.SIGKILL)
        time.sleep(0.3)
        assert helper.run(b"b") == b"b"
    finally:
        helper.close()


def test_threads_are_no_reason_to_fork_with_them() -> None:
    from skillpod.lifecycle.apart import apart

    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        made = apart()
        assert isinstance(made, HelperApart)
        made.close()
    finally:
        done.set()
        thread.join()
