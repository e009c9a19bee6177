"""The fields of a manifest that are more than a string: durations, sizes, versions, specifiers, hosts. Faults are ValueErrors in words."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillpod.model.later import later
from skillpod.model.legible import is_unseen
from skillpod.model.manifest import KIB, MIB

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

_DURATION = later(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h)")
_SIZE = later(r"([0-9]{1,9})(KiB|MiB|GiB)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {"KiB": KIB, "MiB": MIB, "GiB": 1024 * MIB}
ANY_BELOW = "*."
"""Begins a destination that is every name below the one that follows."""

_HOST_LABEL = later(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_INTERPRETER_VARIABLES = ("LD_", "PYTHON", "GLIBC_TUNABLES", "MALLOC_", "GCONV_PATH", "NLSPATH", "LOCPATH")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most of a unit field, as an author writes them."""

    least: str
    most: str


DURATIONS = {"wall": Bounds("10ms", "1h"), "cpu": Bounds("10ms", "1h")}
SIZES = {
    "memory": Bounds("32MiB", "64GiB"),
    "output": Bounds("1KiB", "64MiB"),
    "scratch": Bounds("1MiB", "16GiB"),
    "traffic": Bounds("1KiB", "16GiB"),
}


def seconds(text: str, bounds: Bounds) -> float:
    """``500ms``, ``10s``, ``2m``, ``1h`` as seconds."""
    return _within(_seconds(text), text, _seconds(bounds.least), _seconds(bounds.most), bounds)


def _seconds(text: str) -> float:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    return round(float(match.group(1)) * _SECONDS[match.group(2)], 6)


def size(text: str, bounds: Bounds) -> int:
    """``64KiB``, ``256MiB``, ``1GiB`` as bytes."""
    return int(_within(_size(text), text, _size(bounds.least), _size(bounds.most), bounds))


def _size(text: str) -> int:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size")
    return int(match.group(1)) * _BYTES[match.group(2)]


def _within(value: float, text: str, least: float, most: float, bounds: Bounds) -> float:
    if value < least:
        raise ValueError(f"expected at least {bounds.least}, got {text}")
    if value > most:
        raise ValueError(f"expected at most {bounds.most}, got {text}")
    return value


def specifier(text: str) -> SpecifierSet:
    """``>=1.2,<2`` as packaging reads it (PEP 440); an empty one says nothing and is refused."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # SAFE: here, so that who requires nothing never loads them

    try:
        found = SpecifierSet(text)
    except InvalidSpecifier:
        raise ValueError(f"expected versions like >=1.2,<2, got {text!r}") from None
    if not list(found):
        raise ValueError("expected versions like >=1.2,<2, got nothing")
    return found


def host(text: str) -> str:
    """A host name (RFC 1123, underscores allowed) or an IP address, in lower case; no scheme, port, path or pattern."""
    lowered = text.lower()
    try:
        return str(ipaddress.ip_address(lowered))
    except ValueError:
        pass
    labels = lowered.split(".")
    if not all(_HOST_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f"expected a host name or an IP address (no scheme, port, path or *), got {text!r}")
    return lowered


def destination(text: str) -> str:
    """A host as ``host`` has it, or ``*.`` and a suffix of at least two labels: ``*.com`` would be most of the world."""
    if not text.startswith(ANY_BELOW):
        return host(text)
    suffix = host(text.removeprefix(ANY_BELOW))
    if "." not in suffix or suffix.replace(".", "").isdigit() or ":" in suffix:
        raise ValueError(f"expected *. and a name of at least two labels, as in *.example.com, got {text!r}")
    return f"{ANY_BELOW}{suffix}"


def environment_name(text: str) -> str:
    """The name of a variable; those that change how the interpreter or the loader itself runs can't be asked for."""
    if text.upper().startswith(_INTERPRETER_VARIABLES):
        raise ValueError(f"{text} changes how the interpreter itself runs; no skill can have it")
    return text


def plain_text(text: str) -> str:
    """Text that people and models are shown: no control, format or bidi characters but line breaks and tabs."""
    for character in text:
        if is_unseen(character):
            raise ValueError(f"has the invisible character U+{ord(character):04X} in it")
    return text
