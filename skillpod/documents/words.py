"""Words for people: values as errors quote them, places as dotted paths, the word that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

SHOWN = 60
_WORD_LIMIT = 100


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean `limits`?`` when one of the known words is close to this one, else the empty string."""
    plain = {_plain(candidate): candidate for candidate in known}
    close = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return f"did you mean `{plain[close[0]]}`?" if close else ""


def _plain(word: str) -> str:
    return word[:_WORD_LIMIT].lower().replace("-", "_")


def show(value: Any) -> str:
    """A value as an error quotes it: short, on one line, nothing a terminal would obey."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        cut = value if len(value) <= SHOWN else value[:SHOWN] + "..."
        return ascii(cut) if not cut.isprintable() else repr(cut)
    return repr(value)[:SHOWN]


def join(name: str, path: str) -> str:
    """``manifest.yaml`` and ``limits.wall`` as one place; a name that is a place already is gone on from."""
    if not path:
        return name
    return f"{name}{'' if path.startswith('[') else '.'}{path}" if ":" in name else f"{name}:{path}"


def below(path: str, key: str | int) -> str:
    """A dotted path, one step further."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    word = key if key.isprintable() and len(key) <= _WORD_LIMIT else show(key)
    return f"{path}.{word}" if path else word


def dotted(path: Iterable[str | int]) -> str:
    """``("tests", 0, "tool")`` as ``tests[0].tool``."""
    found = ""
    for key in path:
        found = below(found, key)
    return found
