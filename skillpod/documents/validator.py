"""The library that holds values to a JSON Schema (draft 2020-12), with the keywords of ours that take linear time and any number.

Loaded only for a value that the short way of ``skillpod.documents.schema`` is not sure of: it costs as much as the rest of a check.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from skillpod.documents.patterns import is_found
from skillpod.documents.unique import are_unique
from skillpod.documents.words import show


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not is_found(pattern, instance):
        yield ValidationError(f"{show(instance)} does not match {pattern!r}")


def _unique_items(_validator: Any, is_wanted: bool, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """The library compares items that can't be sorted each with each: a mixed list of a hundred thousand would hold the host for hours."""
    if is_wanted and isinstance(instance, list) and not are_unique(instance):
        yield ValidationError("an item is in the list twice")


def _multiple_of(validator: Any, step: float, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """The library raises OverflowError for a whole number that no float can hold."""
    if validator.is_type(instance, "number") and not _is_multiple(instance, step):
        yield ValidationError(f"{show(instance)} is not a multiple of {step}")


def _is_multiple(number: float, step: float) -> bool:
    try:
        quotient = number / step if isinstance(step, float) else number % step
    except OverflowError:
        return Fraction(number) % Fraction(step) == 0
    if not isinstance(step, float):
        return quotient == 0
    return quotient.is_integer() if isfinite(quotient) else Fraction(number) % Fraction(step) == 0


_extend: Any = extend  # untyped in its stubs
Validator: Any = _extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique_items, "multipleOf": _multiple_of})
META_SCHEMA = Draft202012Validator.META_SCHEMA
