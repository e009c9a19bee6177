"""The host's end of the zygote: it is started, asked for guests, and killed from here.

Everything runs on one event loop's thread: the zygote's parent-death signal follows the thread that started it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from skillpod.errors import GuestDied, IsolationUnavailable, VolumeUnusable
from skillpod.model.capability import Lifetime
from skillpod.model.guest import Act, IsolationReport, Wall, WallState
from skillpod.model.manifest import Limits
from skillpod.model.volume import Volume
from skillpod.sandbox import bootstrap, landlock, seccomp, volumes
from skillpod.sandbox.control import ZygoteProcess
from skillpod.sandbox.domain import Enter, unbounded
from skillpod.sandbox.guest.walls.board import REMEDIES, WALLS
from skillpod.sandbox.witness import Witness

SERVE = "skillpod.sandbox.guest.serve"

_CPUCLOCK_SCHED = 2  # a process's CPU time, all threads; how a clock's id is made of a process id: clock_getcpuclockid(3)


@dataclass(frozen=True, slots=True)
class Exit:
    """How a guest ended. ``status`` is its exit status, or minus the signal that killed it; ``cpu`` in seconds; ``peak`` resident bytes;
    ``domain`` the bytes that all guests together may have, where the kernel ended this one for them, else 0."""

    status: int
    cpu: float = 0.0
    peak: int = 0
    domain: int = 0

    @property
    def signal(self) -> int:
        """The signal that killed it, 0 if none did."""
        return max(0, -self.status)


_KILLED = Exit(-signal.SIGKILL)


def _unheard(act: Act, target: str) -> None:
    """Nobody listens."""


@dataclass(slots=True, eq=False)
class Forked:
    """One guest, from its fork on. Who takes it owns it: ``kill`` ends it, ``close`` also frees the host's descriptors.

    ``wire`` is non-blocking, and its first frame is ``walls`` (see ``read_walls``); ``output`` is the non-blocking read end of the
    guest's stdout and stderr; ``exited`` is done when it was reaped, or when its zygote ended. ``process`` is its id on the host, for
    reading its clock only: a signal never goes by number. ``on_refused`` hears of system calls the kernel refused it. ``was_killed`` is
    whether we did it.
    """

    wire: socket.socket
    output: int
    pidfd: int
    exited: asyncio.Future[Exit]
    process: int
    on_refused: Callable[[Act, str], None] = _unheard
    was_killed: bool = False

    def kill(self) -> None:
        """SIGKILL by pidfd; nothing happens when it has ended."""
        if self.pidfd >= 0:
            self.was_killed = True
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def cpu(self) -> float:
        """CPU seconds used so far, as the kernel counts them; 0.0 once it has ended."""
        if self.process <= 0 or self.exited.done():
            return 0.0
        try:
            return time.clock_gettime(~self.process << 3 | _CPUCLOCK_SCHED)
        except OSError:
            return 0.0

    def close(self) -> None:
        """``exited`` still becomes done. A second call does nothing."""
        self.kill()
        self.wire.close()
        if self.pidfd >= 0:
            os.close(self.output)
            os.close(self.pidfd)
            self.pidfd = self.output = -1


def read_walls(frame: Mapping[str, Any]) -> IsolationReport:
    """A guest's first frame as a report. Raises IsolationUnavailable naming the wall that is missing, or what the self-test could do."""
    walls = tuple(_wall(shape) for shape in frame["walls"])
    report = IsolationReport(walls=walls, self_test=dict(frame["self_test"]), volumes=dict(frame.get("volumes", {})))
    for wall in walls:
        if wall.required and wall.state is WallState.UNAVAILABLE:
            raise _unavailable(wall.name, wall.detail)
    if frame["failed"]:
        got_through = ", ".join(probe for probe, answer in report.self_test.items() if answer != "refused")
        raise IsolationUnavailable(
            f"the walls stand, yet an empty guest could: {got_through}",
            at="self_test",
            hint="report this kernel and `skillpod doctor --json` to the maintainers",
        )
    return report


class Zygote:
    """One zygote process and its guests.

    ``without`` names walls that are left out; ``entry`` is the module whose ``main(wire, limits)`` a guest calls once its walls are up.
    ``held`` are the directories its guests get, each with the descriptor it is given by; ``enter`` puts its process into a cgroup that
    bounds all its guests together. Raises IsolationUnavailable for no such wall.
    """

    def __init__(
        self,
        *,
        without: frozenset[str] = frozenset(),
        entry: str = SERVE,
        held: Mapping[Volume, int] = MappingProxyType({}),
        enter: Enter = unbounded,
    ) -> None:
        unknown = without.difference(WALLS)
        if unknown:
            names = ", ".join(sorted(unknown))
            raise IsolationUnavailable(f"no such wall to do without: {names}", at=names, hint=f"the walls are {', '.join(WALLS)}")
        self._without = without
        self._entry = entry
        self._held = held
        self._enter = unbounded if "cgroup" in without else enter
        self._process: ZygoteProcess | None = None
        self._serial = 0
        self._asked: dict[int, _Asked] = {}
        self._living: dict[int, Forked] = {}
        self._witness: Witness | None = None
        self.ended = asyncio.Event()
        """Set when the process has ended or was closed; all its guests are dead then. A new one must be made."""
        self.walls: tuple[Wall, ...] = ()
        """What stands around the zygote and so around every guest; a guest's own report has all."""

    @property
    def alive(self) -> bool:
        return self._process is not None and not self.ended.is_set()

    async def start(self) -> None:
        """A best-effort wall that can't be put up costs one more attempt without it: nothing goes on half shut in.

        Raises IsolationUnavailable, VolumeUnusable. Call it from the event loop's own thread.
        """
        if self._process is not None:
            raise RuntimeError("a zygote is started once")
        missing: dict[str, str] = {}
        while True:
            process = ZygoteProcess(self._environment(), tuple(self._held.values()))
            try:
                answer, listeners = await process.begin(self._start_message(missing), self._enter)
            except BaseException:
                await process.close()
                raise
            if answer["t"] == "ready":
                break
            await process.close()
            if "volume" in answer:
                raise self._unusable(answer)
            wall = answer["wall"]
            if wall in missing or wall in self._without:
                raise _unavailable(wall, answer["detail"])
            missing[wall] = answer["detail"]
        self.walls = tuple(_wall(shape) for shape in answer["walls"])
        self._witness = next((Witness(listener, self._told) for listener in listeners), None)
        self._process = process
        process.listen(self._hear, self._end)

    async def fork(self, limits: Limits, *, lifetime: Lifetime = Lifetime.CALL) -> Forked:
        """A new guest; its walls go up while this returns.

        A guest for one call has ``limits.cpu`` as RLIMIT_CPU. That counts a whole life, so a guest of many calls has none: compare
        ``Forked.cpu`` at a call's start and while it runs, and kill. Raises GuestDied.
        """
        if self._process is None or self.ended.is_set():
            raise _zygote_ended()
        self._serial += 1
        number, asked = self._serial, self._ask()
        self._asked[number] = asked
        request = {"t": "fork", "id": number, "limits": asdict(limits), "one_call": lifetime is Lifetime.CALL}
        try:
            await self._process.send(request, asked.guest_ends())
        except BaseException as fault:
            self._asked.pop(number, None)
            asked.close()
            if isinstance(fault, OSError):
                raise _zygote_ended() from fault
            raise
        finally:
            asked.close_guest_ends()
        return await asked.wait()

    async def close(self) -> None:
        """Kill it and every guest, at once; returns when the process was reaped."""
        if self._process is not None:
            await self._process.close()
            self._end()

    def _ask(self) -> _Asked:
        try:
            return _Asked()
        except OSError as fault:
            raise GuestDied(f"no guest could be asked for: {fault}", hint="raise the pod's limit of open files (ulimit -n)") from fault

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, **bootstrap.ENVIRONMENT} if "environment" in self._without else bootstrap.ENVIRONMENT

    def _start_message(self, missing: Mapping[str, str]) -> dict[str, Any]:
        """What ``guest.zygote.main`` gets. ``missing`` are walls an earlier attempt could not put up, with the reason."""
        return {
            "entry": self._entry,
            "without": sorted(self._without),
            "missing": missing,
            "environment": dict(bootstrap.ENVIRONMENT),
            "landlock": landlock.plan(landlock.abi()).as_dict(),
            "filters": seccomp.build().as_dict(),
            "volumes": [
                {"name": volume.name, "path": volume.path, "access": volume.access.value, "descriptor": descriptor}
                for volume, descriptor in self._held.items()
            ],
        }

    def _unusable(self, answer: Mapping[str, Any]) -> VolumeUnusable:
        volume = next(volume for volume in self._held if volume.name == answer["volume"])
        return volumes.unusable(volume, answer["detail"], answer["remedy"])

    def _hear(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        number = message["id"]
        if message["t"] == "exit":
            forked = self._living.pop(number)
            forked.exited.set_result(Exit(message["status"], message["cpu"], message["peak"], self._domain_of(forked, message["status"])))
            return
        asked = self._asked.pop(number)
        if message["t"] == "refused":
            asked.fail(GuestDied(f"no guest could be forked: {message['detail']}", hint=self._why_no_fork()))
            return
        self._living[number] = asked.succeed(descriptors[0])

    def _domain_of(self, forked: Forked, status: int) -> int:
        """The bound that made the kernel kill it, in bytes; 0 when something else did."""
        domain = self._process.domain if self._process is not None else None
        if domain is None or not domain.memory or status != -signal.SIGKILL or forked.was_killed:
            return 0
        return domain.memory if domain.claim_killed() else 0

    def _why_no_fork(self) -> str:
        domain = self._process.domain if self._process is not None else None
        own = f", and at guests.processes in HOME/pod.yaml ({domain.processes})" if domain is not None and domain.processes else ""
        return f"look at the host's process and memory limits{own}"

    def _end(self) -> None:
        self.ended.set()
        for asked in self._asked.values():
            asked.fail(_zygote_ended())
        for forked in self._living.values():
            forked.exited.set_result(_KILLED)
        self._asked.clear()
        self._living.clear()
        if self._witness is not None:
            self._witness.close()

    def _told(self, process: int, act: Act, target: str) -> None:
        """The kernel refused a guest something. Who is not (or no longer) known here is heard by nobody."""
        for forked in self._living.values():
            if forked.process == process:
                forked.on_refused(act, target)


class _Asked:
    """A guest that was asked for: both ends of its wire and output, until its pidfd comes."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._output, self._guest_output = os.pipe()
        try:
            self._wire, self._guest_wire = socket.socketpair()
        except OSError:
            os.close(self._output)
            os.close(self._guest_output)
            raise
        self._wire.setblocking(False)
        os.set_blocking(self._output, False)
        self._forked: asyncio.Future[Forked] = loop.create_future()
        self.exited: asyncio.Future[Exit] = loop.create_future()

    def guest_ends(self) -> tuple[int, int]:
        return self._guest_wire.fileno(), self._guest_output

    def close_guest_ends(self) -> None:
        self._guest_wire.close()
        os.close(self._guest_output)

    async def wait(self) -> Forked:
        """Who is cancelled while waiting leaves no guest behind."""
        try:
            return await self._forked
        except asyncio.CancelledError:
            if self._forked.done() and not self._forked.cancelled() and not self._forked.exception():
                self._forked.result().close()
            raise

    def succeed(self, pidfd: int) -> Forked:
        forked = Forked(wire=self._wire, output=self._output, pidfd=pidfd, exited=self.exited, process=_process_of(pidfd))
        if self._forked.done():
            forked.close()
        else:
            self._forked.set_result(forked)
        return forked

    def fail(self, error: Exception) -> None:
        self.close()
        if not self._forked.done():
            self._forked.set_exception(error)
            self._forked.exception()  # who asked may have been told another way, or be gone: it is no loose end

    def close(self) -> None:
        """A second call does nothing."""
        self._wire.close()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1


def _process_of(pidfd: int) -> int:
    """Its id on this side of the pid namespace; -1 when it has ended already (pidfd_open(2), fdinfo)."""
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as lines:
        return next((int(line.split()[1]) for line in lines if line.startswith("Pid:")), -1)


def _wall(shape: Mapping[str, Any]) -> Wall:
    return Wall(
        name=shape["name"],
        state=WallState(shape["state"]),
        required=shape["required"],
        detail=shape["detail"],
        remedy=shape["remedy"],
    )


def _unavailable(wall: str, detail: str) -> IsolationUnavailable:
    return IsolationUnavailable(f"the wall {wall} can't be put up: {detail}", at=wall, hint=REMEDIES.get(wall, ""))


def _zygote_ended() -> GuestDied:
    return GuestDied("the process guests are forked from has ended", hint="it is started again; try once more")
