"""The zygote from the host's side: started, asked for guests, killed; with a real process and real guests behind every wall."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import GuestDied, IsolationUnavailable
from skillpod.model.capability import Lifetime
from skillpod.model.manifest import Limits
from skillpod.sandbox.zygote import Zygote
from tests.support import jail

REPOSITORY = Path(__file__).parent.parent.parent


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def open_descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def test_a_guest_answers_after_its_walls_and_is_reaped_with_what_it_used() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            report = await guest.report()
            assert report.self_test
            answer = await guest.ask("result = 6 * 7")
            assert answer is not None
            assert answer["value"] == 42
            guest.forked.wire.close()
            ended = await guest.forked.exited
            assert (ended.status, ended.signal) == (0, 0)
            assert 0 < ended.cpu < 10
            assert 1 << 20 < ended.peak < 1 << 30

    run(work())


def test_many_guests_asked_for_at_once_are_each_their_own() -> None:
    async def one(zygote: Zygote) -> tuple[int, int]:
        async with jail.guest(zygote) as guest:
            await guest.report()
            answer = await guest.ask("import os; open('/tmp/mine', 'x').close(); result = [os.getpid(), os.getuid()]")
            assert answer is not None
            assert answer["error"] == ""
            process, user = answer["value"]
            return process, user

    async def work() -> None:
        async with jail.zygote() as zygote:
            pairs = await asyncio.gather(*(one(zygote) for _ in range(24)))
            assert len({process for process, _ in pairs}) == 24
            if os.geteuid() == 0:
                assert len({user for _, user in pairs}) == 24

    run(work())


def test_what_a_guest_prints_comes_out_of_its_own_pipe() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as one, jail.guest(zygote) as other:
            await one.report(), await other.report()
            await one.ask("import sys; print('to stdout'); print('to stderr', file=sys.stderr); sys.stdout.flush()")
            await other.ask("print('mine', flush=True)")
            assert set(one.output().splitlines()) == {"to stdout", "to stderr"}
            assert other.output() == "mine\n"

    run(work())


def test_a_guest_that_is_killed_says_so_once_it_is_reaped() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            guest.forked.kill()
            ended = await guest.forked.exited
            assert (ended.status, ended.signal) == (-signal.SIGKILL, signal.SIGKILL)
            guest.forked.kill()  # a second time there is nobody

    run(work())


def test_a_guest_for_one_call_is_stopped_by_the_kernel_when_its_cpu_time_is_up() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote, Limits(cpu=1.0)) as guest:
            await guest.report()
            assert await guest.ask("while True: pass") is None
            ended = await guest.forked.exited
            assert ended.signal == signal.SIGXCPU
            assert 0.5 < ended.cpu < 2.5  # the kernel counts by ticks

    run(work())


def test_a_guest_that_ignores_the_first_warning_is_killed_a_second_later() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote, Limits(cpu=1.0)) as guest:
            await guest.report()
            assert await guest.ask("import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass") is None
            assert (await guest.forked.exited).signal == signal.SIGKILL

    run(work())


def test_the_host_reads_the_clock_of_a_guest_of_many_calls() -> None:
    """RLIMIT_CPU counts a whole life, so such a guest has none; the host compares its clock before and after."""

    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote, Limits(cpu=1.0), lifetime=Lifetime.SKILL) as guest:
            await guest.report()
            before = guest.forked.cpu()
            answer = await guest.ask("import time\nwhile time.process_time() < 1.2: pass\nimport resource\nresult = resource.getrlimit(0)")
            assert answer is not None
            assert answer["value"] == [-1, -1]
            assert guest.forked.cpu() - before > 1.0
            guest.forked.kill()
            await guest.forked.exited
            assert guest.forked.cpu() == 0.0

    run(work())


def test_nothing_is_left_open_on_the_host() -> None:
    async def work() -> None:
        async with jail.zygote() as warm, jail.guest(warm):
            pass
        before = open_descriptors()
        async with jail.zygote() as zygote:
            forked = [await zygote.fork(Limits()) for _ in range(5)]
            for guest in forked[:3]:
                guest.close()
                guest.close()
                await guest.exited
        for guest in forked[3:]:
            guest.close()
        assert open_descriptors() == before

    run(work())


def test_who_stops_waiting_for_a_fork_leaves_no_guest_behind() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote:
            before = open_descriptors()
            asked = [asyncio.create_task(zygote.fork(Limits())) for _ in range(6)]
            await asyncio.sleep(0)
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            async with jail.guest(zygote) as last:  # answered in order: the others have come by now
                await last.report()
            await last.forked.exited
            assert open_descriptors() == before

    run(work())


def test_closing_kills_every_guest() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote:
            forked = [await zygote.fork(Limits()) for _ in range(4)]
        assert not zygote.alive
        assert zygote.ended.is_set()
        for guest in forked:
            assert (await guest.exited).signal == signal.SIGKILL
            assert select.select([guest.pidfd], [], [], 10)[0] == [guest.pidfd]
            guest.close()

    run(work())


def test_a_zygote_that_dies_is_noticed_and_takes_its_guests_along() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote:
            forked = await zygote.fork(Limits())
            assert zygote._process is not None
            zygote._process._process.kill()
            async with asyncio.timeout(10):
                await zygote.ended.wait()
                assert (await forked.exited).signal == signal.SIGKILL
            assert select.select([forked.pidfd], [], [], 10)[0] == [forked.pidfd]
            forked.close()
            assert not zygote.alive
            with pytest.raises(GuestDied):
                await zygote.fork(Limits())

    run(work())


def test_forks_in_flight_when_the_zygote_dies_are_told() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote:
            before = open_descriptors()
            asked = [asyncio.create_task(zygote.fork(Limits())) for _ in range(3)]
            await asyncio.sleep(0)
            await zygote.close()
            answers = await asyncio.gather(*asked, return_exceptions=True)
            for answer in answers:
                assert isinstance(answer, GuestDied)
            assert len(open_descriptors() - before) == 0

    run(work())


def test_requests_a_stalled_zygote_has_no_room_for_end_with_it() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            status = Path(f"/proc/{guest.forked.process}/status").read_text()
            first = int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))
            assert zygote._process is not None
            zygote._process._control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            os.kill(first, signal.SIGSTOP)
            asked = [asyncio.create_task(zygote.fork(Limits())) for _ in range(40)]
            while not zygote._process._sending.locked():
                await asyncio.sleep(0)
            await zygote.close()
            async with asyncio.timeout(10):
                answers = await asyncio.gather(*asked, return_exceptions=True)
            assert {type(answer) for answer in answers} == {GuestDied}

    run(work())


def test_when_the_host_is_killed_nothing_of_it_lives_on() -> None:
    program = (
        "import asyncio, sys\n"
        "from skillpod.model.manifest import Limits\n"
        "from tests.support import jail\n"
        "async def work():\n"
        "    async with jail.zygote() as zygote:\n"
        "        forked = await zygote.fork(Limits())\n"
        "        print(zygote._process._process.pid, forked.process, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(work())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    host = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment)
    assert host.stdout is not None
    with host, host.stdout:
        pidfds = [os.pidfd_open(int(number)) for number in host.stdout.readline().split()]
        host.kill()
        host.wait()
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], 10)[0] == [pidfd]
        os.close(pidfd)


def test_a_pod_out_of_descriptors_is_told_so_and_goes_on_when_it_has_some() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            spare = os.open("/dev/null", os.O_RDONLY)
            os.close(spare)
            before = open_descriptors()
            resource.setrlimit(resource.RLIMIT_NOFILE, (spare + 3, hard))
            try:
                with pytest.raises(GuestDied, match="Too many open files"):
                    await zygote.fork(Limits())
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert open_descriptors() == before
            async with jail.guest(zygote) as guest:
                await guest.report()

    run(work())


def test_a_zygote_that_can_not_fork_says_so_and_goes_on_when_it_can() -> None:
    """Its own limit of open files is lowered from outside: there is no room for what comes with the request."""

    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            status = Path(f"/proc/{guest.forked.process}/status").read_text()
            first = int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))
            old = resource.prlimit(first, resource.RLIMIT_NOFILE, (5, resource.prlimit(first, resource.RLIMIT_NOFILE)[1]))
            with pytest.raises(GuestDied, match="no guest could be forked"):
                await zygote.fork(Limits())
            resource.prlimit(first, resource.RLIMIT_NOFILE, old)
            async with jail.guest(zygote) as second:
                await second.report()

    run(work())


def test_an_entry_that_is_not_there_is_refused() -> None:
    async def work() -> None:
        with pytest.raises(IsolationUnavailable, match="no_such_entry"):
            await Zygote(entry="no_such_entry").start()

    run(work())


def test_an_entry_that_does_not_load_says_what_python_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_entry.py").write_text("raise ValueError('not today')\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    async def work() -> None:
        before = open_descriptors()
        with pytest.raises(IsolationUnavailable, match="ValueError: not today"):
            await Zygote(entry="broken_entry").start()
        assert open_descriptors() == before

    run(work())


def test_a_fork_is_fast() -> None:
    """A loose bound for any machine, at the best of times; benchmarks/ has the figures."""

    async def work() -> None:
        async with jail.zygote() as zygote:
            took = []
            for _ in range(20):
                started = time.perf_counter()
                async with jail.guest(zygote) as guest:
                    await guest.report()
                    took.append(time.perf_counter() - started)
            assert min(took) < 0.05

    run(work())
