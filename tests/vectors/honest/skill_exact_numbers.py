# expect: none
"""Exact numbers."""

import heapq
import itertools
import math
import random
import statistics
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, getcontext
from fractions import Fraction

from skillpod import tool

getcontext().prec = 50


@tool(read_only=True)
def add(numbers: list[str]) -> str:
    """Add decimal numbers exactly."""
    try:
        return str(sum((Decimal(number) for number in numbers), Decimal(0)))
    except InvalidOperation:
        raise ValueError("not a number") from None


@tool(read_only=True)
def as_fraction(number: str, largest: int = 1000) -> str:
    """The nearest fraction."""
    return str(Fraction(number).limit_denominator(largest))


@tool(read_only=True)
def describe(numbers: list[float]) -> dict:
    """Describe a series of numbers."""
    names = ("mean", "median", "stdev", "pvariance")
    found = {name: getattr(statistics, name)(numbers) for name in names}
    found["quantiles"] = statistics.quantiles(numbers, n=4)
    found["largest"] = heapq.nlargest(3, numbers)
    found["running"] = list(itertools.accumulate(numbers, max))
    found["norm"] = math.hypot(*numbers)
    return found


@tool
def sample(items: list[str], count: int, seed: int | None = None) -> list[str]:
    """Draw without putting back."""
    return random.Random(seed).sample(items, count)


@tool(read_only=True)
def price(net: str, rate: str = "19") -> dict:
    """A price with tax, rounded to the cent."""
    tax = (Decimal(net) * Decimal(rate) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {"net": net, "tax": str(tax), "gross": str(Decimal(net) + tax)}
