"""Memory: what one more mounted, idle skill costs the whole pod, guests and zygotes included."""

from __future__ import annotations

import gc
import os
import sys

from benchmarks.measure import Series, proportional_share
from benchmarks.pods import temporary, write
from benchmarks.table import Row


async def memory(skills: int) -> list[Row]:
    """Proportional set size (proc_pid_smaps(5)) of every process of a pod, before and after ``skills`` more skills were mounted."""
    try:
        idle = Series([await _each(skills, extra="", call=False)])
        warm = Series([await _each(skills, extra="lifetime: skill\n", call=True)])
    except PermissionError:
        print("memory is not measured: a guest hides its memory from ordinary users (PR_SET_DUMPABLE); measure as root", file=sys.stderr)
        return []
    return [
        Row("memory of one more mounted idle skill (default)", idle, unit="B"),
        Row("memory of one more warm skill, called once", warm, unit="B"),
    ]


async def _each(skills: int, *, extra: str, call: bool) -> float:
    async with temporary() as (base, pod):
        write(base / "skills", "first", extra=extra)
        await pod.settled()
        await pod.call("first__say", {"word": "hello"})
        before = _total()
        for number in range(skills):
            write(base / "skills", f"skill{number}", extra=extra, version=f"{number}")
        await pod.settled()
        if call:
            for number in range(skills):
                await pod.call(f"skill{number}__say", {"word": "hello"})
        return (_total() - before) / skills


def _total() -> float:
    gc.collect()
    return proportional_share(os.getpid())
