"""Starting again with many skills known: seconds until every one of them is callable."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Series
from benchmarks.pods import running, write
from benchmarks.table import Row
from skillpod.manager import SkillManager


async def restarts(skills: int, rounds: int) -> list[Row]:
    """``skills`` skills are mounted once, for real; then the pod is started anew, ``rounds`` times."""
    series, floor = Series(), Series()
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        base = Path(directory)
        names = [f"skill{number}" for number in range(skills)]
        for name in names:
            write(base / "skills", name, version=f" {name}")
        started = perf_counter()
        async with running(base) as pod:
            _all_listed(pod, names)
        first = Series([perf_counter() - started])
        for _ in range(rounds):
            floor.add(_read_everything(base / "skills"))
            series.add(await _restart(base, names))
    return [
        Row(f"restart with {skills} known skills, all callable, no guest", series, "read and hash", floor, target=5.0),
        Row(f"first mount of {skills} skills, each proved in its jail", first),
    ]


async def _restart(base: Path, names: list[str]) -> float:
    pod = SkillManager(base / "skills", home=base / "home")
    started = perf_counter()
    await pod.start()
    _all_listed(pod, names)
    guests = sum(pod.stats()["guests"].get(kind, 0) for kind in ("idle", "busy", "starting"))
    took = perf_counter() - started
    try:
        if guests:
            raise RuntimeError(f"{guests} guests run after a restart that nobody called anything after")
        for name in names[:: max(1, len(names) // 10)]:
            answer = await pod.call(f"{name}__say", {"word": "hello"})
            if answer != f"hello {name}":
                raise RuntimeError(f"{name} answered {answer!r}")
    finally:
        await pod.stop()
    return took


def _all_listed(pod: SkillManager, names: list[str]) -> None:
    listed = {tool["name"] for tool in pod.tools("openai")}
    missing = [name for name in names if f"{name}__say" not in listed]
    if missing:
        raise RuntimeError(f"{len(missing)} skills are not callable, {missing[0]} among them")


def _read_everything(skills: Path) -> float:
    started = perf_counter()
    for path in sorted(skills.rglob("*")):
        if path.is_file():
            hashlib.sha256(path.read_bytes()).digest()
    return perf_counter() - started
