"""Quantities in words for a person: moments, durations, sizes, counts."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(epoch: float) -> str:
    """``2026-11-21 05:07:09Z``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def duration(seconds: float) -> str:
    """``0.42 ms``, ``41 ms``, ``1.3 s``."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.2f} ms"


def size(count: int) -> str:
    """Bytes, in the largest unit that leaves at least one: ``18.2 MiB``."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def counted(number: int, noun: str) -> str:
    """``1 tool``, ``3 tools``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ago(seconds: float) -> str:
    """``just now``, ``5 minutes ago``, ``3 days ago``."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{counted(int(seconds // length), unit)} ago"
    return "just now"


def spell(seconds: float) -> str:
    """A span of any length in its two largest units: ``3 d 4 h``, ``5 min 2 s``; below a minute as ``duration`` has it."""
    if seconds < 60:
        return duration(seconds)
    for (unit, length), (smaller, part) in (
        (("d", 86400), ("h", 3600)),
        (("h", 3600), ("min", 60)),
        (("min", 60), ("s", 1)),
    ):
        if seconds >= length:
            return f"{int(seconds // length)} {unit} {int(seconds % length // part)} {smaller}"
    return duration(seconds)
