"""The command that says what this machine can enforce."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typer

from skillpod.cli import render
from skillpod.cli.client import find_pod
from skillpod.cli.options import DEFAULT_HOME, HomeDir, Json
from skillpod.cli.walls import wall_lines
from skillpod.config import load_config
from skillpod.errors import SkillpodError
from skillpod.journal.replay import read
from skillpod.model.domain import DomainBounds
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.throwaway import MIB, Bounds, Walls
from skillpod.serve.answers import Exit
from skillpod.serve.doors import mcp_missing
from skillpod.store.memory import SkillMemory

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_INOTIFY = Path("/proc/sys/fs/inotify")
_FEW_WATCHES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing about this machine. ``state`` is ok | warning | missing; a missing one ends the command with exit code 3."""

    name: str
    state: str
    detail: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "state": self.state, "detail": self.detail, "remedy": self.remedy}


@app.command("doctor")
def doctor(*, home: HomeDir = DEFAULT_HOME, json: Json = False) -> None:
    """What this machine can enforce, wall by wall, and what to do about what it can't. No pod is needed."""
    facts = list(_facts(home))
    with render.working("putting up every wall around an empty guest"):
        report, fault = _walls(_bounds(home))
    missing = [wall["name"] for wall in report["walls"] if wall["required"] and wall["state"] != "active"]
    ready = fault is None and not missing and all(fact.state != "missing" for fact in facts)
    if json:
        error = fault.as_dict() if fault else None
        render.data({"ready": ready, "machine": [fact.as_dict() for fact in facts], **report, "error": error})
    else:
        _print(facts, report, fault, missing, ready=ready)
    if not ready:
        raise typer.Exit(Exit.MISCONFIGURED)


def _print(facts: list[Fact], report: dict[str, Any], fault: SkillpodError | None, missing: list[str], *, ready: bool) -> None:
    styles = {"ok": "green", "warning": "yellow", "missing": "red"}
    render.line(("machine", "bold"))
    width = max(len(fact.name) for fact in facts) + 2
    for fact in facts:
        render.line((f"  {fact.state:<12}", styles[fact.state]), (f"{fact.name:<{width}}", "bold"), fact.detail)
        if fact.remedy:
            render.line(" " * 14, ("remedy: ", "yellow"), fact.remedy)
    render.line()
    render.line(("walls", "bold"))
    for spans in wall_lines(report):
        render.line(*spans)
    render.line()
    if fault is not None:
        render.error(fault)
    elif missing:
        render.line(("no skill can run here: ", "bold red"), f"a required wall is missing ({', '.join(missing)})")
    elif ready:
        render.line(("ready: ", "bold green"), "every required wall stands")


def _walls(bounds: DomainBounds) -> tuple[dict[str, Any], SkillpodError | None]:
    try:
        return asyncio.run(_probe(bounds)), None
    except SkillpodError as fault:
        return {"walls": [], "self_test": {}}, fault


async def _probe(bounds: DomainBounds) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="skillpod-doctor-") as scratch:
        memory = SkillMemory(Path(scratch) / "memory.sqlite")
        sandbox = JailSandbox(Means(memory=memory), bounds=bounds)
        try:
            await sandbox.start()
            return (await sandbox.report()).as_dict()
        finally:
            await sandbox.close()
            memory.close()


def _bounds(home: Path) -> DomainBounds:
    """What a pod here would hold its guests to together; the defaults where pod.yaml can't be taken, which the pod says when it starts."""
    try:
        return load_config(home).guests
    except SkillpodError:
        return DomainBounds()


def _in_process(home: Path) -> Iterator[Fact]:
    """The skills that pod.yaml takes out of the jail: none of the walls below stands around them."""
    try:
        names = sorted(load_config(home).in_process)
    except SkillpodError:
        return
    if names:
        detail = f"{', '.join(names)}: in the pod's own process, behind no wall, as far as the policy lets them"
        remedy = "remove `isolation: module` from pod.yaml to have them in the jail"
        yield Fact(name="module isolation", state="warning", detail=detail, remedy=remedy)


# --- the machine -------------------------------------------------------------------------------------------------------------------


def _facts(home: Path) -> Iterator[Fact]:
    yield Fact(name="python", state="ok", detail=f"{platform.python_version()} at {sys.executable}")
    yield from _in_process(home)
    linux = sys.platform == "linux"
    yield Fact(
        name="kernel",
        state="ok" if linux else "missing",
        detail=f"{platform.system()} {platform.release()} {platform.machine()}",
        remedy="" if linux else "the jail is made of Linux's walls: run skillpod on Linux",
    )
    yield Fact(name="user", state="ok", detail=f"uid {os.getuid()}" + (" (root: guests never are)" if os.getuid() == 0 else ""))
    yield _audit()
    yield _inotify()
    yield _home(home)
    yield _pod_yaml(home)
    yield _journal(home)
    yield _checkpoints(home)
    yield _mcp()
    yield _doors(home)


def _audit() -> Fact:
    """What stands around the throw-away process that reads a skill; its limits of memory and time need nothing."""
    bounds = Bounds()
    walls = Walls(bounds)
    walls.close()
    limits = f"{bounds.memory / MIB:g} MiB, {bounds.cpu} s of processor time, {bounds.wall:g} s"
    if not walls.absent:
        return Fact(name="audit", state="ok", detail=f"in a process of its own: {limits}, no files, no network, no other process")
    why = "; ".join(f"{wall}: {reason}" for wall, reason in walls.absent.items())
    return Fact(name="audit", state="warning", detail=f"in a process of its own: {limits}; around it is missing: {why}")


def _inotify() -> Fact:
    try:
        watches = int((_INOTIFY / "max_user_watches").read_text())
        instances = int((_INOTIFY / "max_user_instances").read_text())
    except (OSError, ValueError):
        return Fact(
            name="file events", state="warning", detail="inotify can't be read", remedy="`skillpod serve --polling` looks on a timer"
        )
    few = watches < _FEW_WATCHES
    return Fact(
        name="file events",
        state="warning" if few else "ok",
        detail=f"inotify: {watches} watches, {instances} instances",
        remedy=f"sysctl fs.inotify.max_user_watches={_FEW_WATCHES * 8}, or `skillpod serve --polling`" if few else "",
    )


def _home(home: Path) -> Fact:
    shown = str(home.absolute())
    if not home.exists():
        parent = next(parent for parent in home.absolute().parents if parent.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            return Fact(name="home", state="ok", detail=f"{shown} is not there yet; it can be made")
        return Fact(name="home", state="missing", detail=f"{shown} can't be made in {parent}", remedy="name another with --home")
    if not home.is_dir():
        return Fact(name="home", state="missing", detail=f"{shown} is not a directory", remedy="name another with --home")
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return Fact(
            name="home", state="missing", detail=f"{shown} may not be written", remedy="run as its owner, or name another with --home"
        )
    open_to_others = home.stat().st_mode & 0o077
    return Fact(
        name="home",
        state="warning" if open_to_others else "ok",
        detail=f"{shown} is open to other users" if open_to_others else shown,
        remedy=f"chmod 700 {shown}" if open_to_others else "",
    )


def _pod_yaml(home: Path) -> Fact:
    if not (home / "pod.yaml").exists():
        return Fact(name="pod.yaml", state="ok", detail="there is none: defaults")
    try:
        load_config(home)
    except SkillpodError as fault:
        return Fact(name="pod.yaml", state="missing", detail=str(fault), remedy="mend it: no pod starts with it")
    return Fact(name="pod.yaml", state="ok", detail="in order, as far as HOME alone tells")


def _journal(home: Path) -> Fact:
    directory = home / "journal"
    if not directory.exists():
        return Fact(name="journal", state="ok", detail="nothing is written yet")
    try:
        count = sum(1 for _ in read(directory))
    except SkillpodError as fault:
        return Fact(name="journal", state="missing", detail=str(fault), remedy=fault.hint)
    except OSError as fault:
        return Fact(name="journal", state="missing", detail=f"{directory} can't be read: {fault.strerror}")
    return Fact(name="journal", state="ok", detail=f"{count} entries, all readable")


def _checkpoints(home: Path) -> Fact:
    """Whether anybody but the owner of HOME could tell that the log was cut or written anew."""
    try:
        keeping = load_config(home).log
    except SkillpodError:
        return Fact(name="checkpoints", state="warning", detail="pod.yaml can't be taken, which says where they are copied to")
    copies = keeping.copies
    places = [copies.file, "the system's log" if copies.to_syslog else "", *copies.command[:1], "a witness" if keeping.witness else ""]
    if not any(places):
        detail = "nobody keeps any: who owns HOME can cut the log's end, or write all of it anew, without a trace"
        remedy = "`log.copies` or `log.witness` in pod.yaml: docs/journal.md, Checkpoints out of reach"
        return Fact(name="checkpoints", state="warning", detail=detail, remedy=remedy)
    return _copied(home, ", ".join(filter(None, places)))


def _copied(home: Path, places: str) -> Fact:
    """What the pod that runs here says of its copies."""
    try:
        running = find_pod(home)
        if running is None:
            return Fact(name="checkpoints", state="ok", detail=f"go to {places}, while a pod runs")
        with closing(running):
            told = running.stats().get("log", {}).get("copies", [])
    except SkillpodError as fault:
        return Fact(name="checkpoints", state="warning", detail=fault.message, remedy=fault.hint)
    faults = [f"{copy['to']}: {copy['fault']}" for copy in told if copy["fault"]]
    if faults:
        return Fact(name="checkpoints", state="warning", detail="; ".join(faults), remedy="docs/journal.md, Checkpoints out of reach")
    there = ", ".join(f"{copy['to']} (of {copy['size']} entries)" for copy in told if copy["size"] >= 0)
    return Fact(name="checkpoints", state="ok", detail=f"the newest went to {there}" if there else f"go to {places}")


def _mcp() -> Fact:
    missing = mcp_missing()
    if missing is not None:
        return Fact(name="mcp", state="warning", detail=missing.message, remedy=missing.hint)
    return Fact(name="mcp", state="ok", detail=f"the package `mcp` {version('mcp')}")


def _doors(home: Path) -> Fact:
    """Which doors the pod that runs here has open."""
    try:
        running = find_pod(home)
        if running is None:
            return Fact(name="doors", state="ok", detail="no pod is running here")
        with closing(running):
            doors = running.stats().get("doors", {})
    except SkillpodError as fault:
        return Fact(name="doors", state="warning", detail=fault.message, remedy=fault.hint)
    return Fact(name="doors", state="ok", detail=", ".join(f"{name}: {where}" for name, where in doors.items()))
