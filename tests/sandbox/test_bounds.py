"""What all guests may use together is held by the kernel, where this machine's controllers are in cgroup v2; in ``make test`` also on
Linux 6.1, where they are (``tests/environments/test_older_kernel.py``)."""

from __future__ import annotations

import signal

import pytest

from skillpod.sandbox.cgroup import POD
from tests.support.cgroups import own_cgroup, run_inside

POD_OF = """
import asyncio
from dataclasses import replace
from skillpod.errors import SkillpodError
from skillpod.model.manifest import Limits
from skillpod.sandbox.domain import Domains
from skillpod.sandbox.zygote import Zygote
from tests.support import jail

AMPLE = Limits(memory=1 << 30, cpu=120.0)  # of a guest whose own limits must not be what ends it, on a slow kernel either

async def work():
    domains = Domains(DomainBounds({bounds}))
    domains.open()
    zygote = Zygote(entry=jail.ENTRY, enter=domains.enter)
    await zygote.start()
    try:
        return await act(zygote, domains)
    finally:
        await zygote.close()
        domains.close()

async def act(zygote, domains):
{act}
result = [asyncio.run(work()), Path("/proc/self/cgroup").read_text().rstrip(), [path.name for path in base.iterdir() if path.is_dir()]]
"""


def test_a_domain_full_of_processes_has_no_further_guest_and_says_which_bound_it_is() -> None:
    act = """
    guests, fault = [], None
    try:
        for _ in range(64):
            guests.append(await zygote.fork(Limits()))
    except SkillpodError as error:
        fault = error.as_dict()
    return [len(guests), fault]
    """
    with own_cgroup("pids") as place:
        (forked, fault), own, left = run_inside(place, POD_OF.format(bounds="memory=1 << 30, processes=16", act=act))
    assert 8 <= forked < 16
    assert "guests.processes in HOME/pod.yaml (16)" in fault["hint"]
    assert own.endswith(f"/{place.name}")
    assert left == []


def test_a_guest_too_much_for_all_dies_alone_and_is_told_why() -> None:
    act = """
    async with jail.guest(zygote) as calm, jail.guest(zygote, AMPLE) as greedy:
        await calm.report(), await greedy.report()
        assert await greedy.ask("held = bytearray(256 << 20)\\nfor page in range(0, len(held), 4096): held[page] = 1") is None
        ended = await greedy.forked.exited
        return [ended.signal, ended.domain, (await calm.ask("result = 42"))["value"]]
    """
    with own_cgroup("memory") as place:
        (ended, domain, answer), _, left = run_inside(place, POD_OF.format(bounds="memory=96 << 20", act=act))
    assert (ended, domain, answer) == (signal.SIGKILL, 96 << 20, 42)
    assert left == []


def test_guests_of_two_domains_are_bounded_together_and_the_one_that_is_too_much_dies() -> None:
    act = """
    other = Zygote(entry=jail.ENTRY, enter=domains.enter)
    await other.start()
    take = "import sys\\nsys.held = bytearray(60 << 20)\\nfor page in range(0, 60 << 20, 4096): sys.held[page] = 1"
    try:
        async with jail.guest(zygote, AMPLE) as first, jail.guest(other, AMPLE) as second:
            await first.report(), await second.report()
            await first.ask(take), await second.ask(take)
            ends = [first.forked.exited, second.forked.exited]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            [ended] = [end.result() for end in ends if end.done()]
            living = first if second.forked.exited.done() else second
            return [ended.signal, ended.domain, (await living.ask("result = 42"))["value"]]
    finally:
        await other.close()
    """
    with own_cgroup("memory") as place:
        (ended, domain, answer), _, left = run_inside(place, POD_OF.format(bounds="memory=96 << 20", act=act))
    assert (ended, domain, answer) == (signal.SIGKILL, 96 << 20, 42)
    assert left == []


CALL = """
import asyncio
from skillpod.errors import SkillpodError
from skillpod.model.command import OWNER
from skillpod.model.manifest import Limits
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from tests.support.guests import launch
from tests.support.recollection import Recollection

GREEDY = '''
from skillpod import tool
@tool
def take() -> int:
    "Take memory, and use it."
    held = bytearray(256 << 20)
    for page in range(0, len(held), 4096):
        held[page] = 1
    return 0
'''

async def work():
    jail = JailSandbox(Means(memory=Recollection()), bounds=DomainBounds(memory=128 << 20))
    guests = jail.open(launch(GREEDY, limits=Limits(memory=1 << 30, wall=120.0, cpu=120.0)), on_death=lambda fault: None)
    try:
        await guests.call("take", {}, OWNER)
    except SkillpodError as fault:
        return fault.as_dict()
    finally:
        await guests.close()
        await jail.close()

result = asyncio.run(work())
"""


def test_a_caller_is_told_that_it_was_the_bound_of_all_guests_and_where_it_is_set() -> None:
    with own_cgroup("memory") as place:
        told = run_inside(place, CALL)
    assert (told["code"], told["at"]) == ("limit_exceeded", "guests.memory")
    assert "128 MiB" in told["message"]
    assert "HOME/pod.yaml" in told["hint"]


def test_files_that_fill_the_domain_end_their_writer_and_not_the_zygote() -> None:
    """They are no process's memory, and the zygote may be the largest process there is."""
    act = """
    async with jail.guest(zygote) as calm, jail.guest(zygote, replace(AMPLE, scratch=512 << 20)) as writer:
        await calm.report(), await writer.report()
        await writer.ask("file = open('/tmp/full', 'wb')\\nfor _ in range(200): file.write(bytes(1 << 20))")
        return [(await writer.forked.exited).domain, zygote.alive]
    """
    with own_cgroup("memory") as place:
        (domain, is_alive), _, _ = run_inside(place, POD_OF.format(bounds="memory=96 << 20", act=act))
    assert (domain, is_alive) == (96 << 20, True)


def test_all_guests_together_have_no_more_processor_time_than_was_said() -> None:
    act = """
    spin = "import time\\nuntil = time.monotonic() + 1.5\\nwhile time.monotonic() < until: pass\\nresult = time.process_time()"
    async with jail.guest(zygote) as one, jail.guest(zygote) as other:
        await one.report(), await other.report()
        before = one.forked.cpu() + other.forked.cpu()
        await asyncio.gather(one.ask(spin), other.ask(spin))
        return one.forked.cpu() + other.forked.cpu() - before
    """
    with own_cgroup("cpu") as place:
        used, _, _ = run_inside(place, POD_OF.format(bounds="cpu=0.2", act=act))
    assert 0.1 < used < 0.75  # 0.3 s, and what a period may run over


SANDBOX = """
import asyncio
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from tests.support.recollection import Recollection

async def work():
    jail = JailSandbox(Means(memory=Recollection()), bounds=DomainBounds(memory=1 << 30, processes=300))
    await jail.start()
    try:
        report = await jail.report()
        [wall] = [wall for wall in report.as_dict()["walls"] if wall["name"] == "cgroup"]
        return Path("/proc/self/cgroup").read_text().rstrip(), wall
    finally:
        await jail.close()

during, wall = asyncio.run(work())
result = [during, wall, Path("/proc/self/cgroup").read_text().rstrip(), [path.name for path in base.iterdir() if path.is_dir()]]
"""


def test_a_pods_sandbox_takes_its_cgroup_before_its_first_zygote_and_gives_it_back() -> None:
    with own_cgroup("pids") as place:
        during, wall, after, left = run_inside(place, SANDBOX)
    assert during.endswith(f"/{place.name}/{POD}")
    assert (wall["state"], wall["remedy"]) == ("active", "")
    assert "300 processes and threads" in wall["detail"]
    assert after.endswith(f"/{place.name}")
    assert left == []


MANAGER = """
import asyncio, tempfile
from skillpod import SkillManager

async def work(skills, home):
    (home / "pod.yaml").write_text("guests: {processes: 77}")
    async with SkillManager(skills, home=home):
        return [(path / "pids.max").read_text() for path in base.glob("skillpod-*")]

with tempfile.TemporaryDirectory() as skills, tempfile.TemporaryDirectory() as home:
    result = asyncio.run(work(skills, Path(home)))
"""


def test_what_pod_yaml_says_is_what_the_kernel_holds() -> None:
    with own_cgroup("pids") as place:
        assert run_inside(place, MANAGER) == ["77\n"]


def test_a_pod_in_a_cgroup_with_other_controllers_says_so_stays_there_and_cleans_up_all_the_same() -> None:
    with own_cgroup() as place:
        if {"memory", "pids"} & {*(place / "cgroup.controllers").read_text().split()}:
            pytest.skip("needs a cgroup v2 without memory and pids")
        (place / "skillpod-0123abcd").mkdir()
        during, wall, after, left = run_inside(place, SANDBOX)
    assert during == after
    assert wall["state"] == "unavailable"
    assert "none of the controllers memory, pids is in cgroup v2 here" in wall["detail"]
    assert left == []
