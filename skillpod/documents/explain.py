"""What a JSON Schema validator complains of, in our own words and with what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from skillpod.documents.words import SHOWN, did_you_mean, dotted, join, show
from skillpod.errors import DocumentInvalid

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MAX_FAULTS = 100
"""Faults shown of one document; the last one then says that there are more."""

Faults = list[tuple[tuple[str, ...], DocumentInvalid]]
_TYPE_WORDS = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_YAML_1_1_BOOLEANS = frozenset({"yes", "no", "on", "off", "y", "n"})


def explain(error: ValidationError, name: str) -> Faults:
    """One validator's complaint in our words: usually one fault, for unknown keys one each, for alternatives those of the nearest."""
    path = tuple(error.absolute_path)
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        return _explain_unknown_keys(error, path, name)
    if error.validator == "required":
        return _explain_missing_keys(error, path, name)
    if error.validator in ("anyOf", "oneOf") and error.context:
        return _explain_alternatives(error, path, name)
    message, hint = _words(error)
    return [_fault(message, path, name, hint)]


def _fault(message: str, path: Sequence[str | int], name: str, hint: str = "") -> tuple[tuple[str, ...], DocumentInvalid]:
    order = tuple(f"{key:09}" if isinstance(key, int) else key for key in path)
    return (*order, message), DocumentInvalid(message, at=join(name, dotted(path)), hint=hint)


def _explain_unknown_keys(error: ValidationError, path: tuple[str | int, ...], name: str) -> Faults:
    schema: Any = error.schema
    known = list(schema.get("properties", {}))
    patterns = list(schema.get("patternProperties", {}))
    extra = [key for key in cast("dict[str, Any]", error.instance) if key not in known and not any(re.search(p, key) for p in patterns)]
    listed = f"the keys here are: {', '.join(known)}" if known else "no keys are known here"
    return [_fault("unknown key", (*path, key), name, did_you_mean(key, known) or listed) for key in extra[: MAX_FAULTS + 1]]


def _explain_missing_keys(error: ValidationError, path: tuple[str | int, ...], name: str) -> Faults:
    required = cast("list[str]", error.validator_value)
    missing = next((key for key in required if repr(key) == error.message.removesuffix(" is a required property")), None)
    if missing is None:
        return [_fault(error.message, path, name)]
    schema: Any = error.schema
    described = schema.get("properties", {}).get(missing, {})
    examples = described.get("examples") if isinstance(described, dict) else None
    hint = f"add it, for example `{missing}: {_example(examples[0])}`" if examples else "add it"
    return [_fault("required, and not there", (*path, missing), name, hint)]


def _example(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w .,@<>/-]*|[0-9]+[A-Za-z]+", value)
    return value if plain else text


def _explain_alternatives(error: ValidationError, path: tuple[str | int, ...], name: str) -> Faults:
    """The faults of the alternative that came nearest; when the value has the wrong type for all of them, the types."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        if inner.relative_schema_path:  # an alternative that is `false` has none: it takes nothing, so nothing comes near it
            branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    if not branches:
        return [_fault("not accepted here", path, name)]
    near = {index: errors for index, errors in branches.items() if not any(_is_wrong_kind(inner) for inner in errors)}
    if not near:
        expected = " or ".join(dict.fromkeys(_expected(inner) for errors in branches.values() for inner in errors if _is_wrong_kind(inner)))
        return [_fault(f"expected {expected}, got {show(error.instance)}", path, name)]
    best = min(near, key=lambda index: (len(near[index]), index))
    return [explained for inner in near[best] for explained in explain(inner, name)]


def _is_wrong_kind(error: ValidationError) -> bool:
    """Whether an alternative was refused for what the value is as a whole, or for the word that tells alternatives apart."""
    at_top = len(error.relative_path) == 0 and error.validator in ("type", "const", "enum")
    return at_top or (len(error.relative_path) == 1 and error.validator == "const")


def _expected(error: ValidationError) -> str:
    schema: Any = error.schema
    if error.validator == "type":
        return _type_words(error.validator_value)
    values = _accepted(error)
    if error.relative_path and isinstance(schema, dict):
        return f"{dotted(error.relative_path)}: {_choices(values)}"
    return _choices(values)


def _accepted(error: ValidationError) -> list[Any]:
    values: Any = error.validator_value
    return [values] if error.validator == "const" else list(values)


def _type_words(kinds: Any) -> str:
    return " or ".join(_TYPE_WORDS.get(kind, str(kind)) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _choices(values: Sequence[Any]) -> str:
    shown = [value if isinstance(value, str) and value.isprintable() and value else show(value) for value in values[:20]]
    more = ", ..." if len(values) > len(shown) else ""
    return f"{shown[0]}" if len(values) == 1 else f"one of {', '.join(shown)}{more}"


def _words(error: ValidationError) -> tuple[str, str]:
    """Message and hint for a complaint about one value. ``patternErrorMessage`` (known to editors) says in words what a pattern wants."""
    schema: Any = error.schema if isinstance(error.schema, dict) else {}
    wanted = schema.get("patternErrorMessage")
    got = show(error.instance)
    if error.validator == "type":
        return f"expected {wanted or _type_words(error.validator_value)}, got {got}", _type_hint(error, schema)
    if error.validator == "pattern":
        return f"expected {wanted or f'text that matches {error.validator_value}'}, got {got}", ""
    if error.validator in ("enum", "const"):
        return _choice_words(error, got)
    say = _KEYWORDS.get(str(error.validator))
    if say is not None:
        return say(error.validator_value, error.instance), ""
    if error.validator is None:
        return "not accepted here", ""
    return f"does not fit `{error.validator}` of the schema", ""


def _choice_words(error: ValidationError, got: str) -> tuple[str, str]:
    values = _accepted(error)
    known = [value for value in values if isinstance(value, str)]
    hint = did_you_mean(error.instance, known) if isinstance(error.instance, str) else ""
    return f"expected {_choices(values)}, got {got}", hint


def _type_hint(error: ValidationError, schema: Mapping[str, Any]) -> str:
    value, wanted = error.instance, error.validator_value
    if wanted == "boolean" and isinstance(value, str) and value.lower() in _YAML_1_1_BOOLEANS:
        return "write true or false"
    if schema.get("examples"):
        return f"for example {_example(schema['examples'][0])}"
    if wanted == "string" and isinstance(value, int | float):
        return f'put it in quotes: "{show(value)}"'
    if wanted == "array" and isinstance(value, str):
        return f"a list of one is written [{value}]" if value.isprintable() and len(value) <= SHOWN else ""
    return ""


def _at_least(kind: str) -> Callable[[Any, Any], str]:
    return lambda wanted, got: f"expected at least {wanted} {kind}, got {len(got)}"


def _at_most(kind: str) -> Callable[[Any, Any], str]:
    return lambda wanted, got: f"expected at most {wanted} {kind}, got {len(got)}"


_KEYWORDS: Mapping[str, Callable[[Any, Any], str]] = {
    "minimum": lambda wanted, got: f"expected at least {wanted}, got {show(got)}",
    "maximum": lambda wanted, got: f"expected at most {wanted}, got {show(got)}",
    "exclusiveMinimum": lambda wanted, got: f"expected more than {wanted}, got {show(got)}",
    "exclusiveMaximum": lambda wanted, got: f"expected less than {wanted}, got {show(got)}",
    "multipleOf": lambda wanted, got: f"expected a multiple of {wanted}, got {show(got)}",
    "minLength": _at_least("characters"),
    "maxLength": _at_most("characters"),
    "minItems": _at_least("items"),
    "maxItems": _at_most("items"),
    "minProperties": _at_least("keys"),
    "maxProperties": _at_most("keys"),
    "uniqueItems": lambda _wanted, _got: "an item is in the list twice",
    "not": lambda _wanted, got: f"{show(got)} is not accepted here",
    "dependentRequired": lambda _wanted, _got: "a key that belongs to another one here is missing",
    "contains": lambda _wanted, _got: "no item of the list is of the kind that must be there",
}
