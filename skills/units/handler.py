"""Conversion of units in exact decimals: a tool that is called often and needs nothing but its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from enum import Enum

from skillpod import tool


class Kind(Enum):
    LENGTH = "length"
    MASS = "mass"
    TIME = "time"
    TEMPERATURE = "temperature"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class _Unit:
    """``amount * factor + offset`` is the same in the kind's base unit."""

    kind: Kind
    factor: Decimal
    offset: Decimal = Decimal(0)


def _units(kind: Kind, **factors: str) -> dict[str, _Unit]:
    return {name: _Unit(kind, Decimal(factor)) for name, factor in factors.items()}


_FIVE_NINTHS = Decimal(5) / Decimal(9)
_UNITS = {
    **_units(Kind.LENGTH, mm="0.001", cm="0.01", m="1", km="1000", ft="0.3048", yd="0.9144", mi="1609.344", nmi="1852"),
    **_units(Kind.MASS, g="0.001", kg="1", t="1000", oz="0.028349523125", lb="0.45359237"),
    **_units(Kind.TIME, s="1", min="60", h="3600", d="86400"),
    **_units(Kind.DATA, B="1", kB="1000", MB="1000000", GB="1000000000", KiB="1024", MiB="1048576", GiB="1073741824"),
    "K": _Unit(Kind.TEMPERATURE, Decimal(1)),
    "degC": _Unit(Kind.TEMPERATURE, Decimal(1), Decimal("273.15")),
    "degF": _Unit(Kind.TEMPERATURE, _FIVE_NINTHS, Decimal("459.67") * _FIVE_NINTHS),
}


@tool(title="Convert units", read_only=True, idempotent=True, category="numbers")
def convert(amount: str, source: str, target: str) -> str:
    """Convert an amount from one unit to another of the same kind.

    Args:
        amount: A decimal number, such as 12.5.
        source: The unit it is in; `known` lists them.
        target: The unit it is wanted in.
    """
    start, end = _unit(source), _unit(target)
    if start.kind is not end.kind:
        raise ValueError(f"{source} is a unit of {start.kind.value} and {target} one of {end.kind.value}")
    with localcontext(prec=28):
        base = _number(amount) * start.factor + start.offset
        found = ((base - end.offset) / end.factor).quantize(Decimal("1e-12")).normalize()
    return f"{found:f}"


@tool(title="Known units", read_only=True, idempotent=True, category="numbers")
def known(kind: Kind) -> list[str]:
    """List the units of one kind.

    Args:
        kind: What they measure.
    """
    return sorted(name for name, unit in _UNITS.items() if unit.kind is kind)


def _unit(name: str) -> _Unit:
    if name not in _UNITS:
        raise ValueError(f"there is no unit {name!r}; there are {', '.join(_UNITS)}")
    return _UNITS[name]


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a decimal number") from None
    if not number.is_finite() or abs(number) >= Decimal("1e12"):
        raise ValueError("an amount is finite and below 1e12")
    return number
