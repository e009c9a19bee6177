"""A pod's own cgroup and those of its zygotes: found, taken, bounded, given back; on the real cgroup v2 where its answer matters."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from skillpod.model.domain import DomainBounds
from skillpod.model.guest import WallState
from skillpod.model.manifest import Limits
from skillpod.sandbox.cgroup import POD, Delegation, Undelegated, find, take
from skillpod.sandbox.death import explain
from skillpod.sandbox.domain import Bounded, Domain, Domains, in_words, make, remove_leftovers, settings, with_memory
from skillpod.sandbox.forked import Exit
from skillpod.sandbox.zygote import Zygote
from tests.support import jail
from tests.support.cgroups import ORDINARY, alone, any_controller, delegate, inside, mounted, own_cgroup, run_inside

GIB = 2**30
BOUNDS = DomainBounds(memory=GIB, processes=500)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty cgroup of whatever controllers this machine gives it."""
    with own_cgroup() as made:
        yield made


def in_place(place: Path) -> Delegation:
    """Leave to make children there, with whatever controllers it could give them."""
    return Delegation(base=place, controllers=frozenset(), enabled=(), has_moved=False)


@pytest.fixture
def bounded(place: Path) -> Iterator[Bounded]:
    """The cgroup of a pod's guests, in ``place``."""
    made = make(in_place(place), BOUNDS)
    assert isinstance(made, Bounded)
    yield made
    made.remove()


def children(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.is_dir())


def domains(place: Path) -> list[str]:
    """The domains of the one pod whose guests are bounded in ``place``."""
    [pod] = children(place)
    return [f"{pod}/{name}" for name in children(place / pod)]


@contextmanager
def idle() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until it is killed."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


# --- whose cgroup it is ----------------------------------------------------------------------------------------------------------

V2 = "31 24 0:27 {root} {point} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"


def proc(directory: Path, own: str, mounts: str) -> Path:
    (directory / "cgroup").write_text(own)
    (directory / "mountinfo").write_text(f"22 1 254:0 / / rw - ext4 /dev/root rw\n{mounts}")
    return directory


@pytest.mark.parametrize(
    ("own", "root", "point", "found"),
    [
        ("/user.slice/pod.scope", "/", "/sys/fs/cgroup", "/sys/fs/cgroup/user.slice/pod.scope"),
        ("/", "/", "/sys/fs/cgroup", "/sys/fs/cgroup"),
        ("/docker/ab12/x", "/docker/ab12", "/sys/fs/cgroup", "/sys/fs/cgroup/x"),  # the host's namespace, a subtree mounted
        ("/a", "/", "/odd\\040place", "/odd place/a"),
    ],
)
def test_the_pods_own_cgroup_is_where_its_hierarchy_is_mounted(tmp_path: Path, own: str, root: str, point: str, found: str) -> None:
    assert find(proc(tmp_path, f"8:pids:/elsewhere\n0::{own}\n", V1 + V2.format(root=root, point=point))) == Path(found)


@pytest.mark.parametrize(
    ("own", "mounts", "reason"),
    [
        ("8:pids:/\n", V1, "this kernel has no cgroup v2"),
        ("0::/pod\n", V1, "no cgroup v2 is mounted here"),
        ("0::/../pod\n", V2.format(root="/", point="/sys/fs/cgroup"), "no cgroup v2 is mounted here that shows the pod's own (/../pod)"),
        ("0::/elsewhere\n", V2.format(root="/docker/ab12", point="/sys/fs/cgroup"), "shows the pod's own (/elsewhere)"),
    ],
)
def test_a_cgroup_that_can_not_be_seen_is_told_with_the_reason(tmp_path: Path, own: str, mounts: str, reason: str) -> None:
    found = find(proc(tmp_path, own, mounts))
    assert isinstance(found, Undelegated)
    assert reason in found.reason


def test_this_process_finds_the_cgroup_it_is_in(place: Path) -> None:
    assert run_inside(place, "result = str(base)") == str(place)


# --- taken, and given back -------------------------------------------------------------------------------------------------------

TAKE = """
before = {{file: (base / file).read_text() for file in ("cgroup.procs", "cgroup.subtree_control")}}
taken = cgroup.take(base, ["{controller}"])
during = Path("/proc/self/cgroup").read_text().rstrip(), (base / "cgroup.subtree_control").read_text().split()
reason = getattr(taken, "reason", "")
if not reason:
    taken.give_back()
after = {{file: (base / file).read_text() for file in before}}
result = [reason, *during, after == before, sorted(path.name for path in base.iterdir() if path.is_dir())]
"""


@pytest.mark.parametrize("user", [0, ORDINARY], ids=["as root", "delegated to an ordinary user"])
def test_a_pod_alone_in_its_cgroup_moves_into_a_child_and_back(user: int) -> None:
    with own_cgroup(controller := any_controller()) as place:
        delegate(place, user)
        reason, own, given, is_as_before, left = run_inside(place, TAKE.format(controller=controller), user=user)
    assert reason == ""
    assert own.endswith(f"/{place.name}/{POD}")
    assert given == [controller]
    assert is_as_before
    assert left == []


def test_what_another_pod_needs_there_is_not_taken_back() -> None:
    other = '(base / "skillpod-0123abcd").mkdir()\n'
    with own_cgroup(controller := any_controller()) as place:
        _, _, given, is_as_before, _ = run_inside(place, other + TAKE.format(controller=controller))
        assert (given, is_as_before) == ([controller], False)
        assert (place / "cgroup.subtree_control").read_text().split() == [controller]


def test_a_cgroup_of_someone_else_is_not_delegated_and_nothing_changes() -> None:
    with own_cgroup(controller := any_controller()) as place:
        reason, own, given, is_as_before, left = run_inside(place, TAKE.format(controller=controller), user=ORDINARY)
    assert "may not be written by this user" in reason
    assert own.endswith(f"/{place.name}")
    assert (given, is_as_before, left) == ([], True, [])


def test_beside_other_processes_the_pod_stays_where_it_is() -> None:
    beside = "import subprocess; other = subprocess.Popen(['cat'], stdin=subprocess.PIPE)\n"
    with own_cgroup(controller := any_controller()) as place:
        reason, own, given, is_as_before, left = run_inside(place, beside + TAKE.format(controller=controller))
    assert "other processes" in reason
    assert own.endswith(f"/{place.name}")
    assert (given, is_as_before, left) == ([], True, [])


def test_a_process_that_comes_in_while_the_pod_moves_undoes_the_move() -> None:
    """What the list of processes did not show, the kernel's own answer does."""
    late = """
    import subprocess
    move = cgroup.move_into
    def move_and_be_joined(child):
        move(child)
        other = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        cgroup.write(base / "cgroup.procs", str(other.pid))
        globals()["other"] = other
    cgroup.move_into = move_and_be_joined
    taken = cgroup.take(base, ["{controller}"])
    result = [taken.reason, Path("/proc/self/cgroup").read_text().rstrip(), (base / "{pod}").exists()]
    """
    with own_cgroup(controller := any_controller()) as place:
        reason, own, is_left = run_inside(place, late.format(controller=controller, pod=POD))
    assert "other processes" in reason
    assert own.endswith(f"/{place.name}")
    assert not is_left


def test_in_the_root_of_all_cgroups_nobody_has_to_move() -> None:
    root = mounted()
    if os.geteuid() or (root / "cgroup.type").exists():
        pytest.skip("needs root, and the root of all cgroups")
    with alone(root):
        before = (root / "cgroup.subtree_control").read_text()
        taken = take(root, [any_controller()])
        assert isinstance(taken, Delegation)
        assert not taken.has_moved
        taken.give_back()
        assert (root / "cgroup.subtree_control").read_text() == before


def test_a_cgroup_without_the_controllers_says_which(place: Path) -> None:
    taken = take(place, ["memory", "no_such"])
    if "memory" in (place / "cgroup.controllers").read_text():
        pytest.skip("needs a cgroup v2 without the memory controller")
    assert isinstance(taken, Undelegated)
    assert "none of the controllers memory, no_such" in taken.reason


def test_a_cgroup_that_has_gone_is_told_and_not_raised(tmp_path: Path) -> None:
    taken = take(tmp_path / "gone", ["memory"])
    assert isinstance(taken, Undelegated)
    assert "No such file" in taken.reason


# --- what is written, and said ---------------------------------------------------------------------------------------------------


def test_each_bound_is_written_where_its_controller_is() -> None:
    bounds = DomainBounds(memory=GIB, processes=1024, cpu=1.5)
    assert settings(bounds, ["memory", "pids", "cpu"]) == {
        "memory.max": "1073741824",
        "memory.swap.max": "0",
        "memory.oom.group": "0",
        "pids.max": "1024",
        "cpu.max": "150000 100000",
    }
    assert settings(bounds, ["pids"]) == {"pids.max": "1024"}
    assert settings(DomainBounds(memory=GIB), ["cpu", "pids"]) == {"pids.max": "4096"}


def test_what_holds_is_said_in_words() -> None:
    bounds = DomainBounds(memory=4 * GIB, processes=1024, cpu=2.0)
    assert in_words(bounds, ["memory", "pids", "cpu"], []) == "memory 4 GiB, 1024 processes and threads, 2 processors"
    assert in_words(bounds, ["memory", "pids"], ["cpu"]) == "memory 4 GiB, 1024 processes and threads; no cpu controller here"
    assert in_words(DomainBounds(memory=96 * 2**20), ["memory"], ["pids"]) == "memory 96 MiB; no pids controller here"


def test_memory_that_is_not_said_is_three_quarters_of_what_there_is(tmp_path: Path) -> None:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert with_memory(DomainBounds(), tmp_path).memory == machine // 4 * 3
    (tmp_path / "memory.max").write_text("max\n")
    assert with_memory(DomainBounds(), tmp_path).memory == machine // 4 * 3
    (tmp_path / "memory.max").write_text("67108864\n")
    assert with_memory(DomainBounds(), tmp_path).memory == 50331648
    assert with_memory(BOUNDS, tmp_path).memory == GIB


# --- a zygote in its domain ------------------------------------------------------------------------------------------------------


def cgroup_of(process: int) -> str:
    return next(line[3:] for line in Path(f"/proc/{process}/cgroup").read_text().splitlines() if line.startswith("0::"))


def test_a_zygote_and_its_guests_are_born_in_the_domain_and_it_goes_with_them(place: Path, bounded: Bounded) -> None:
    async def work() -> None:
        zygote = Zygote(entry=jail.ENTRY, enter=bounded.enter)
        await zygote.start()
        try:
            [name] = domains(place)
            assert zygote._process is not None
            assert cgroup_of(zygote._process._process.pid).endswith(f"/{name}")
            async with jail.guest(zygote) as guest:
                report = await guest.report()
                assert cgroup_of(guest.forked.process).endswith(f"/{name}")
            wall = next(wall for wall in report.walls if wall.name == "cgroup")
            assert (wall.state, wall.required) == (WallState.ACTIVE, False)
            assert wall.detail == in_words(BOUNDS, [], ["memory", "pids"])
        finally:
            await zygote.close()
        assert domains(place) == []
        await zygote.close()

    run(work())


def test_a_domain_that_is_refused_leaves_the_guests_unbounded_and_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        gone = tmp_path / "gone"
        zygote = Zygote(entry=jail.ENTRY, enter=Bounded(gone, -1, held="").enter)
        await zygote.start()
        try:
            async with jail.guest(zygote) as guest:
                wall = next(wall for wall in (await guest.report()).walls if wall.name == "cgroup")
        finally:
            await zygote.close()
        assert wall.state is WallState.UNAVAILABLE
        assert str(gone) in wall.detail
        assert "Delegate=" in wall.remedy

    run(work())


def test_a_cgroup_left_out_by_its_name_is_never_made() -> None:
    async def work() -> None:
        entered: list[int] = []

        def enter(process: int) -> Undelegated:
            entered.append(process)
            return Undelegated("asked for")

        zygote = Zygote(without=frozenset({"cgroup"}), entry=jail.ENTRY, enter=enter)
        await zygote.start()
        try:
            async with jail.guest(zygote) as guest:
                states = {wall.name: wall.state for wall in (await guest.report()).walls}
        finally:
            await zygote.close()
        assert states["cgroup"] is WallState.DISABLED
        assert entered == []

    run(work())


def test_who_stops_waiting_for_a_zygote_leaves_no_cgroup_behind(place: Path, bounded: Bounded) -> None:
    async def work() -> None:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def enter(process: int) -> Domain | Undelegated:
            loop.call_soon_threadsafe(begun.set)
            return bounded.enter(process)

        zygote = Zygote(entry=jail.ENTRY, enter=enter)
        starting = asyncio.create_task(zygote.start())
        await begun.wait()
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert domains(place) == []

    run(work())


def test_what_is_still_in_a_domain_is_killed_before_it_is_removed(place: Path, bounded: Bounded) -> None:
    with idle() as left:
        domain = bounded.enter(left.pid)
        assert isinstance(domain, Domain)
        domain.remove()
        assert left.wait(timeout=10) == -signal.SIGKILL
    assert domains(place) == []
    domain.remove()


def test_a_pod_that_gives_its_bounds_up_ends_what_is_in_any_of_its_domains(place: Path) -> None:
    bounded = make(in_place(place), BOUNDS)
    assert isinstance(bounded, Bounded)
    with idle() as one, idle() as other:
        assert all(isinstance(bounded.enter(process.pid), Domain) for process in (one, other))
        assert len(domains(place)) == 2
        bounded.remove()
        assert [process.wait(timeout=10) for process in (one, other)] == [-signal.SIGKILL] * 2
    assert children(place) == []


def test_a_process_that_has_ended_is_put_nowhere(place: Path, bounded: Bounded) -> None:
    with idle() as ended:
        ended.kill()
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)  # not reaped: its id is still its own
        domain = bounded.enter(ended.pid)
    assert isinstance(domain, Undelegated)
    assert domains(place) == []


HOLD = """
import subprocess, sys
left = subprocess.Popen(["sleep", "600"])
ours = cgroup.Delegation(base=base, controllers=frozenset(), enabled=(), has_moved=False)
held = domain.make(ours, DomainBounds(memory=1 << 30))
held.enter(left.pid)
print(left.pid, flush=True)
sys.stdin.read()
result = None
"""


def test_what_a_killed_pod_left_is_removed_and_a_living_ones_stays(place: Path, bounded: Bounded) -> None:
    with idle() as living:
        assert isinstance(bounded.enter(living.pid), Domain)
        [kept] = children(place)
        with inside(place, HOLD) as pod:
            assert pod.stdout is not None
            left = os.pidfd_open(int(pod.stdout.readline()))
            remove_leftovers(place)
            assert len(children(place)) == 2
            pod.kill()
        assert select.select([left], [], [], 0)[0] == []
        remove_leftovers(place)
        assert select.select([left], [], [], 10)[0] == [left]
        assert children(place) == [kept]
        assert living.poll() is None
        os.close(left)


def test_what_bears_another_name_is_nobodys_leftover(place: Path) -> None:
    (place / "skillpod-notes").mkdir()
    (place / POD).mkdir()
    remove_leftovers(place)
    assert children(place) == [POD, "skillpod-notes"]


def test_a_pods_domains_say_once_for_all_why_there_are_none(tmp_path: Path) -> None:
    looked: list[str] = []

    def nowhere() -> Undelegated:
        looked.append("once")
        return Undelegated("nobody gave one")

    domains = Domains(BOUNDS, find=nowhere)
    domains.open()
    domains.open()
    assert domains.enter(os.getpid()) == domains.enter(os.getpid()) == Undelegated("nobody gave one")
    assert looked == ["once"]
    domains.close()


# --- a guest that the kernel ended -----------------------------------------------------------------------------------------------


def counting(place: Path, *, oom: int = 0, oom_kill: int = 0) -> None:
    place.mkdir(exist_ok=True)
    (place / "memory.events").write_text(f"low 0\nhigh 0\nmax 7\noom {oom}\noom_kill {oom_kill}\noom_group_kill 0\n")


def test_each_death_for_the_memory_of_all_is_claimed_once_by_the_domain_it_was_in(tmp_path: Path) -> None:
    bounded = Bounded(tmp_path, -1, held="memory 1 GiB", memory=GIB)
    one, other = Domain(tmp_path / "one", bounded), Domain(tmp_path / "other", bounded)
    assert not one.claim_killed()
    counting(tmp_path, oom=3, oom_kill=3)
    counting(tmp_path / "one", oom_kill=2)
    counting(tmp_path / "other", oom_kill=1)
    assert [one.claim_killed() for _ in range(3)] == [True, True, False]
    assert [other.claim_killed() for _ in range(2)] == [True, False]


def test_what_the_machines_own_shortage_ended_is_not_the_bounds_doing(tmp_path: Path) -> None:
    counting(tmp_path, oom=0, oom_kill=1)
    counting(tmp_path / "one", oom_kill=1)
    assert not Domain(tmp_path / "one", Bounded(tmp_path, -1, held="memory 1 GiB", memory=GIB)).claim_killed()


def test_a_guest_that_was_ended_for_all_is_told_whose_limit_it_was() -> None:
    told = explain(Exit(-signal.SIGKILL, cpu=9.0, peak=2**20, domain=4 * GIB), Limits(), doing="running scan")
    assert (told.code, told.at) == ("limit_exceeded", "guests.memory")
    assert "4096 MiB" in told.message
    assert "HOME/pod.yaml" in told.hint


def score(process: int) -> int:
    return int(Path(f"/proc/{process}/oom_score_adj").read_text())


def test_a_guest_is_ended_before_its_zygote_and_its_zygote_with_the_pod() -> None:
    async def work() -> None:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            parent = next(line for line in Path(f"/proc/{guest.forked.process}/status").read_text().splitlines() if line.startswith("PPid"))
            own = score(os.getpid())
            assert score(int(parent.split()[1])) == own
            assert score(guest.forked.process) == min(own + 500, 1000)

    run(work())
