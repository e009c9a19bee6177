# expect: none
"""Converts units by tables."""

from __future__ import annotations

import enum
import math
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final

from skillpod import tool

LENGTH: Final = MappingProxyType({"m": 1, "km": 1000, "cm": "0.01", "mm": "0.001", "in": "0.0254", "ft": "0.3048", "mi": "1609.344"})
MASS: Final = MappingProxyType({"kg": 1, "g": "0.001", "lb": "0.45359237", "oz": "0.028349523125", "t": 1000})


class Dimension(enum.Enum):
    LENGTH = "length"
    MASS = "mass"
    TEMPERATURE = "temperature"

    @classmethod
    def of(cls, unit: str) -> "Dimension":
        for dimension, table in _TABLES.items():
            if unit in table:
                return dimension
        raise ValueError(f"unknown unit: {unit!r}; known: {', '.join(sorted(u for t in _TABLES.values() for u in t))}")


_TABLES = {Dimension.LENGTH: LENGTH, Dimension.MASS: MASS, Dimension.TEMPERATURE: {"K": 1, "C": 1, "F": 1}}
_TO_KELVIN = {"K": lambda x: x, "C": lambda x: x + Decimal("273.15"), "F": lambda x: (x + Decimal("459.67")) * 5 / 9}
_FROM_KELVIN = {"K": lambda x: x, "C": lambda x: x - Decimal("273.15"), "F": lambda x: x * 9 / 5 - Decimal("459.67")}


@tool(read_only=True)
def convert(value: float, source: str, target: str) -> float:
    """Convert a value from one unit to another of the same dimension."""
    dimension = Dimension.of(source)
    if Dimension.of(target) is not dimension:
        raise ValueError(f"{source} is a {dimension.value}, {target} is not")
    if not math.isfinite(value):
        raise ValueError("not a number")
    with localcontext() as context:
        context.prec = 28
        amount = Decimal(repr(value))
        if dimension is Dimension.TEMPERATURE:
            return float(_FROM_KELVIN[target](_TO_KELVIN[source](amount)))
        table = _TABLES[dimension]
        return float(amount * Decimal(table[source]) / Decimal(table[target]))
