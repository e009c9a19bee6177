"""invoices by plain import."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from skillpod.testing import context
from tests.skills.shipped import SKILLS, module

handler = module("invoices")


def _invoice(*lines: Any, currency: str = "EUR", tax_number: str | None = None) -> Any:
    return handler.Invoice("1", currency, handler.Customer("Ann", tax_number), list(lines))


def _total(invoice: Any, **options: Any) -> Any:
    config = options.pop("config", {})
    return handler.total(invoice, context(SKILLS / "invoices", config=config), **options)


def test_an_invoice_is_added_up_exactly() -> None:
    totals = _total(_invoice(*(handler.Line("tenth", "1", "0.10", handler.Tax.ZERO) for _ in range(10))))
    assert (totals.net, totals.gross) == ("1.00", "1.00")  # ten floats of 0.1 are not 1


def test_tax_is_computed_once_for_each_rate() -> None:
    totals = _total(_invoice(*(handler.Line("x", "1", "0.03") for _ in range(3))))
    assert [(line.tax.value, line.base, line.amount) for line in totals.taxes] == [
        ("standard", "0.09", "0.02")
    ]  # 0.0171, not three times 0.01


def test_a_half_is_rounded_as_asked() -> None:
    line = handler.Line("x", "1", "0.125", handler.Tax.ZERO)
    assert _total(_invoice(line)).net == "0.13"
    assert _total(_invoice(line), rounding=handler.Rounding.HALF_EVEN).net == "0.12"


def test_a_currency_without_cents_has_none() -> None:
    assert _total(_invoice(handler.Line("x", "3", "33.4", handler.Tax.ZERO), currency="JPY")).gross == "100"


def test_a_customer_with_a_tax_number_is_charged_no_tax() -> None:
    totals = _total(_invoice(handler.Line("x", "1", "100"), tax_number="ATU12345678"))
    assert totals.gross == totals.net == "100.00"


def test_the_rates_are_the_operators() -> None:
    assert _total(_invoice(handler.Line("x", "1", "100")), config={"percent": {"standard": "20"}}).gross == "120.00"


@pytest.mark.parametrize("price", ["", "abc", "1,50", "NaN", "Infinity", "1e30"])
def test_what_is_no_amount_names_its_line(price: str) -> None:
    with pytest.raises(ValueError, match=r"invoice\.lines\[1\]\.unit_price"):
        _total(_invoice(handler.Line("x", "1", "1"), handler.Line("x", "1", price)))


def test_a_discount_over_a_hundred_percent_is_refused() -> None:
    with pytest.raises(ValueError, match="discount_percent"):
        _total(_invoice(handler.Line("x", "1", "1", discount_percent="101")))


def test_a_split_adds_up_whatever_the_weights() -> None:
    chance = random.Random(3)
    for _ in range(300):
        amount = str(Decimal(chance.randrange(-10_000_000, 10_000_000)) / 100)
        weights = [chance.randrange(10) for _ in range(chance.randrange(1, 12))]
        weights[0] += 1
        parts = handler.split(amount, weights)
        assert sum(map(Decimal, parts)) == Decimal(amount)
        assert all(part in ("0.00", "-0.00") for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_a_split_gives_the_odd_cents_to_the_largest_remainders() -> None:
    assert handler.split("100.00", [1, 1, 1]) == ["33.34", "33.33", "33.33"]
    assert handler.split("0.05", [1, 3]) == ["0.01", "0.04"]
    assert handler.split("100", [3, 3, 1], "JPY") == ["43", "43", "14"]


def test_a_split_of_fractions_of_a_cent_or_by_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="smallest unit"):
        handler.split("1.005", [1])
    with pytest.raises(ValueError, match="at least one"):
        handler.split("1.00", [0, 0])
