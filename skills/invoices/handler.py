"""Invoices to the exact cent: dataclasses in, dataclasses out, decimal arithmetic between."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from typing import Annotated, Literal

from skillpod import Context, Field, tool

_PERCENT = {"standard": "19", "reduced": "7", "zero": "0"}
_LARGEST = Decimal(10) ** 12
_PLACES = {"JPY": 0, "EUR": 2, "USD": 2, "GBP": 2, "CHF": 2}

Currency = Literal["EUR", "USD", "GBP", "CHF", "JPY"]
Weight = Annotated[int, Field(ge=0)]


class Tax(Enum):
    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"


class Rounding(Enum):
    """How a half of the smallest unit is rounded: away from zero, or to the even neighbour."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


@dataclass
class Customer:
    name: str
    tax_number: str | None = None


@dataclass
class Line:
    """One line; ``quantity``, ``unit_price`` and ``discount_percent`` are decimal numbers as strings, such as "19.99"."""

    description: str
    quantity: str
    unit_price: str
    tax: Tax = Tax.STANDARD
    discount_percent: str | None = None


@dataclass
class Invoice:
    number: str
    currency: Currency
    customer: Customer
    lines: Annotated[list[Line], Field(min_length=1, max_length=1000)]


@dataclass
class TaxLine:
    tax: Tax
    percent: str
    base: str
    amount: str


@dataclass
class Totals:
    """``lines`` are the net amounts in the order of the invoice; ``gross`` is ``net`` plus every tax amount, exactly."""

    number: str
    currency: str
    lines: list[str]
    net: str
    taxes: list[TaxLine]
    gross: str


@tool(title="Add up an invoice", read_only=True, idempotent=True, category="finance")
def total(invoice: Invoice, ctx: Context, rounding: Rounding = Rounding.HALF_UP) -> Totals:
    """Add up an invoice: net, tax by rate and gross, each rounded once to the currency's smallest unit.

    A line is rounded after its discount; tax is computed once per rate on the sum of its lines. A customer with a tax number is charged
    none (reverse charge).

    Args:
        invoice: The invoice, amounts as decimal strings.
        rounding: What happens to a half cent.
    """
    unit = _unit(invoice.currency)
    nets = [_round(_net(line, f"invoice.lines[{index}]"), unit, rounding) for index, line in enumerate(invoice.lines)]
    percents = _PERCENT | dict(ctx.config.get("percent", {}))
    bases: dict[Tax, Decimal] = {}
    for line, net in zip(invoice.lines, nets, strict=True):
        tax = Tax.ZERO if invoice.customer.tax_number else line.tax
        bases[tax] = bases.get(tax, Decimal(0)) + net
    amounts = {tax: _round(base * Decimal(percents[tax.value]) / 100, unit, rounding) for tax, base in bases.items()}
    net_sum = sum(nets, Decimal(0))
    return Totals(
        number=invoice.number,
        currency=invoice.currency,
        lines=[str(net) for net in nets],
        net=str(net_sum),
        taxes=[TaxLine(tax, percents[tax.value], str(base), str(amounts[tax])) for tax, base in bases.items()],
        gross=str(net_sum + sum(amounts.values())),
    )


@tool(title="Split an amount", read_only=True, idempotent=True, category="finance")
def split(amount: str, weights: Annotated[list[Weight], Field(min_length=1, max_length=1000)], currency: Currency = "EUR") -> list[str]:
    """Split an amount by weights so that the parts add up to it exactly; no cent is lost or invented.

    Cents that do not divide go one each to the parts with the largest remainders, earlier parts first.

    Args:
        amount: A decimal number as a string, such as "100.00".
        weights: One whole number a part; at least one above 0.
        currency: Decides the smallest unit.
    """
    if sum(weights) == 0:
        raise ValueError("weights: at least one must be above 0")
    unit = _unit(currency)
    units = _number(amount, "amount") / unit
    if units != units.to_integral_value():
        raise ValueError(f"amount: {amount} has fractions of the smallest unit of {currency}, {unit}")
    whole, sign = abs(int(units)), -1 if units < 0 else 1
    parts = [whole * weight // sum(weights) for weight in weights]
    remainders = [whole * weight % sum(weights) for weight in weights]
    for index in sorted(range(len(weights)), key=lambda part: -remainders[part])[: whole - sum(parts)]:
        parts[index] += 1
    return [str(sign * part * unit) for part in parts]


def _net(line: Line, at: str) -> Decimal:
    gross = _number(line.quantity, f"{at}.quantity") * _number(line.unit_price, f"{at}.unit_price")
    discount = _number(line.discount_percent or "0", f"{at}.discount_percent")
    if not 0 <= discount <= 100:
        raise ValueError(f"{at}.discount_percent: {discount} is not from 0 to 100")
    return gross * (100 - discount) / 100


def _number(text: str, at: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f'{at}: {text!r} is not a decimal number such as "19.99"') from None
    if not number.is_finite() or abs(number) >= _LARGEST or len(text) > 40:
        raise ValueError(f"{at}: {text!r} is out of range")
    return number


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-_PLACES[currency])


def _round(number: Decimal, unit: Decimal, rounding: Rounding) -> Decimal:
    return number.quantize(unit, ROUND_HALF_UP if rounding is Rounding.HALF_UP else ROUND_HALF_EVEN)
