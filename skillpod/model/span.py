"""Spans of time as people write them."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> float | None:
    """How long ``15m``, ``2h`` or ``90d`` is; None for what is no span of time."""
    found = _SPAN.fullmatch(text)
    return None if found is None else float(int(found[1]) * _UNITS[found[2]])
