"""JSON Schema (draft 2020-12): values held to a schema, every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from skillpod.documents.explain import MAX_FAULTS, explain
from skillpod.documents.patterns import is_found
from skillpod.documents.words import show
from skillpod.errors import DocumentInvalid


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not is_found(pattern, instance):
        yield ValidationError(f"{show(instance)} does not match {pattern!r}")


def _unique_items(_validator: Any, is_wanted: bool, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """The library compares items that can't be sorted each with each: a mixed list of a hundred thousand would hold the host for hours."""
    if is_wanted and isinstance(instance, list) and len({_hashable(item) for item in instance}) < len(instance):
        yield ValidationError("an item is in the list twice")


def _hashable(value: Any) -> Any:
    """Equal for equal JSON values only: 1 is 1.0, and neither is true."""
    if isinstance(value, dict):
        return "{", frozenset((key, _hashable(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[", tuple(_hashable(item) for item in value)
    return (value,) if isinstance(value, bool) else value


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
_Validator: Any = _extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique_items, "multipleOf": _multiple_of})


_SAYS_NOTHING = frozenset({"title", "description", "default"})
_OF_OBJECTS = _SAYS_NOTHING | {"type", "properties", "required", "additionalProperties"}
_OF_LISTS = _SAYS_NOTHING | {"type", "items"}
_PLAIN: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
}

_Check = Callable[[Any], bool]


def _sure(schema: Any) -> _Check:
    """A check that says yes only where the library would, in a twentieth of the time, for the shapes most signatures have: texts, numbers
    and truths, objects and lists of such, and choices between them. Its no means that the library is to be asked. Every keyword counts,
    also those that come one day."""
    if not isinstance(schema, Mapping):
        return _yes if schema is True else _not_sure
    if not schema.keys() - _SAYS_NOTHING:
        return _yes
    if (types := _plain_types(schema)) is not None:
        return lambda value: type(value) in types
    if schema.get("type") == "array" and not schema.keys() - _OF_LISTS:
        return _sure_list(schema.get("items", True))
    if schema.get("type") == "object" and not schema.keys() - _OF_OBJECTS:
        return _sure_object(schema)
    if "anyOf" in schema and not schema.keys() - _SAYS_NOTHING - {"anyOf"}:
        choices = [_sure(choice) for choice in schema["anyOf"]]
        return lambda value: any(choice(value) for choice in choices)
    return _not_sure


def _sure_list(items: Any) -> _Check:
    each = _sure(items)
    if each is _yes:
        return lambda value: type(value) is list
    types = _plain_types(items)
    if types is not None:
        return lambda value: type(value) is list and types.issuperset(map(type, value))
    return lambda value: type(value) is list and all(map(each, value))


def _sure_object(schema: Mapping[str, Any]) -> _Check:
    known = {name: _sure(shape) for name, shape in schema.get("properties", {}).items()}
    more = _sure(schema.get("additionalProperties", True))
    required = frozenset(schema.get("required", ()))
    if not known and not required and more is _yes:
        return lambda value: type(value) is dict

    def accepts(value: Any) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        return all(known.get(name, more)(each) for name, each in value.items())

    return accepts


def _yes(_value: Any) -> bool:
    return True


def _not_sure(_value: Any) -> bool:
    return False


def _plain_types(shape: Any) -> frozenset[type] | None:
    if not isinstance(shape, Mapping) or shape.keys() - _SAYS_NOTHING - {"type"}:
        return None
    kind = shape.get("type")
    return _PLAIN.get(kind) if isinstance(kind, str) else None


class Schema:
    """A JSON Schema (draft 2020-12) ready for many values, however hostile. The schema is trusted to be one; references are local only.

    Unlike the library's own validator: patterns and ``uniqueItems`` take linear time, ``$`` is the end of the text and not also the
    place before its last newline, ``multipleOf`` takes numbers of any size, and a value nested too deeply is a fault.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = _Validator(schema)
        self._sure = _sure(schema)

    def accepts(self, value: Any) -> bool:
        if self._sure(value):
            return True
        try:
            return bool(self._validator.is_valid(value))
        except RecursionError:
            return False

    def faults(self, value: Any, *, name: str) -> list[DocumentInvalid]:
        """Every fault, in the document's order of paths; ``at`` is ``name:dotted.path[0]``. At most MAX_FAULTS, and then one more."""
        found: list[tuple[tuple[str, ...], DocumentInvalid]] = []
        try:
            for error in islice(self._validator.iter_errors(value), MAX_FAULTS + 1):
                found.extend(explain(error, name))
        except RecursionError:
            return [DocumentInvalid("nested too deeply", at=name)]
        found.sort(key=lambda pair: pair[0])
        faults = [fault for _, fault in found]
        if len(faults) > MAX_FAULTS:
            more = DocumentInvalid(f"there are more than {MAX_FAULTS} faults; the others are not shown", at=name)
            faults = [*faults[:MAX_FAULTS], more]
        return faults


_META = Schema(Draft202012Validator.META_SCHEMA)


def schema_faults(value: Any, schema: Mapping[str, Any], *, name: str) -> list[DocumentInvalid]:
    """Every fault of a value at once; where many values meet one schema, keep a ``Schema``."""
    return Schema(schema).faults(value, name=name)


def meta_faults(schema: Any, *, name: str) -> list[DocumentInvalid]:
    """Why a value is no JSON Schema (draft 2020-12); empty when it is one."""
    return _META.faults(schema, name=name)
