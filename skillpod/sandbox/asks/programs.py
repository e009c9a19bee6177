"""``ctx.run`` of a skill: a granted program, started in a jail of its own with the skill's volumes and nothing else."""

from __future__ import annotations

import asyncio
import binascii
import math
import os
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.errors import Misconfigured, WireBroken
from skillpod.model.guest import Act, Attempt, IsolationReport, Source, Watch, unwatched
from skillpod.model.manifest import Limits
from skillpod.model.provision import Program
from skillpod.sandbox.asks.asking import Answer, Denied, Reached
from skillpod.sandbox.asks.run import Ended, Fork, Order, carry_out, signal_name
from skillpod.sandbox.guest.walls.root import SCRATCH
from skillpod.sandbox.output import Output

_AT_ONCE = 8
"""Programs of one generation that run at a time: more wait, within their time."""

_MOST_WORDS, _LONGEST = 4096, 128 * 1024
"""Of an argument vector: words, and bytes of all of them together."""

_LIMIT_OF = {"SIGXCPU": "limits.cpu", "SIGXFSZ": "limits.scratch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jail:
    """Where programs of one launch are started, and who hears: ``fork`` gives the first process of each, ``watch`` is told of what was
    not granted, ``output`` keeps what is the operator's to read."""

    fork: Fork
    output: Output
    watch: Watch = unwatched


class ProgramAsks:
    """``programs`` and ``volumes`` are those that were granted and bound. ``report`` is what the newest run said of its walls."""

    def __init__(self, programs: Iterable[Program], *, volumes: Iterable[str], limits: Limits, jail: Jail) -> None:
        self._programs = {program.name: program for program in programs}
        self._volumes = frozenset(volumes)
        self._limits = limits
        self._jail = jail
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.report: IsolationReport | None = None

    @property
    def operations(self) -> Mapping[str, Answer]:
        return {"program.run": self._run}

    async def _run(self, arguments: Mapping[str, Any], reached: Reached) -> dict[str, Any]:
        since = asyncio.get_running_loop().time()
        order = self._order(arguments, reached)
        try:
            async with asyncio.timeout_at(since + order.seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise Denied(f"`{order.name}` was not started in time: {_AT_ONCE} programs of this skill run already") from None
        reached.programs[order.name] += 1
        try:
            ended, self.report = await carry_out(self._jail.fork, order, since=since)
        except (Misconfigured, WireBroken) as fault:
            self._jail.output.line(f"ERROR: ctx.run of `{order.name}`: {fault.message} ({fault.hint})")
            raise Denied(f"the host can't run `{order.name}` now; its operator can see why") from fault
        finally:
            self._turns.release()
        return _told(ended)

    def _order(self, arguments: Mapping[str, Any], reached: Reached) -> Order:
        argv = _argv(arguments.get("argv"))
        program = self._programs.get(argv[0])
        if program is None:
            self._jail.watch(Attempt(act=Act.EXECUTE, target=argv[0][:_SHOWN], by=Source.BROKER))
            has = f"it has {', '.join(sorted(self._programs))}" if self._programs else "it has none"
            raise Denied(f"the skill was granted no program {argv[0][:_SHOWN]!r}; {has} (see permissions.programs)")
        volume = arguments.get("volume") or ""
        if not isinstance(volume, str):
            raise Denied('the volume of ctx.run is a name: ctx.run(["git", "log"], volume="repository")')
        if volume and volume not in self._volumes:
            raise Denied(f"the skill was granted no volume {volume[:_SHOWN]!r} to run `{program.name}` in (see permissions.volumes)")
        return Order(
            name=program.name,
            path=program.path,
            argv=argv,
            environment=self._environment(program),
            volume=volume,
            stdin=_stdin(arguments.get("stdin"), self._limits.output * 3 // 4),  # as much as base64 makes a message of that size from
            seconds=min(reached.remaining(), _seconds(arguments.get("timeout"))),
            limits=self._limits,
        )

    def _environment(self, program: Program) -> Mapping[str, str]:
        """Constructed: nothing of the pod's, and what the operator says of this program."""
        places = dict.fromkeys(os.path.dirname(path) for each in self._programs.values() for path in (each.path, *each.reads))
        return {
            "PATH": ":".join(places),
            "HOME": SCRATCH,
            "TMPDIR": SCRATCH,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            **dict(program.environment),
        }


_SHOWN = 100  # characters of what a guest said, in words that are shown


def _argv(said: object) -> tuple[str, ...]:
    """Raises Denied."""
    if not isinstance(said, list) or not said or not all(isinstance(word, str) for word in said):
        raise Denied('ctx.run takes a list of texts, the name of a granted program first: ctx.run(["git", "log"])')
    if any("\0" in word for word in said):
        raise Denied("no argument of a program can hold a NUL")
    if len(said) > _MOST_WORDS or sum(len(word.encode()) + 1 for word in said) > _LONGEST:
        raise Denied(f"the arguments of a program are at most {_MOST_WORDS}, and {_LONGEST} bytes together: give it more on stdin")
    return tuple(said)


def _stdin(said: object, most: int) -> bytes:
    """Raises Denied."""
    try:
        given = b64decode(said, validate=True) if isinstance(said, str) else b""
    except (binascii.Error, ValueError):
        raise Denied("the input of a program is no base64") from None
    if len(given) > most:
        raise Denied(f"the input of a program is at most three quarters of limits.output, {most} bytes, and this is {len(given)}")
    return given


def _seconds(said: object) -> float:
    """Raises Denied."""
    if said is None:
        return math.inf
    if not isinstance(said, int | float) or isinstance(said, bool) or not said > 0:
        raise Denied("the timeout of a program is a number of seconds above 0")
    return float(min(said, sys.maxsize))  # no float holds every integer


def _told(ended: Ended) -> dict[str, Any]:
    """``by`` is the limit, or else the signal, that ended it; empty where it ended itself."""
    status = ended.status or 0
    name = signal_name(status) if status < 0 else ""
    return {
        "status": status,
        "by": _LIMIT_OF.get(name, name),
        "stdout": b64encode(ended.stdout).decode(),
        "stderr": b64encode(ended.stderr).decode(),
    }
