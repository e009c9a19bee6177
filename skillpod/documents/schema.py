"""JSON Schema (draft 2020-12): values held to a schema, every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import islice
from typing import Any

from skillpod.documents.explain import MAX_FAULTS, explain
from skillpod.documents.patterns import is_found
from skillpod.documents.unique import are_unique
from skillpod.errors import DocumentInvalid
from skillpod.model.later import later

_SAYS_NOTHING = frozenset({"title", "description", "default", "examples", "deprecated", "$schema", "patternErrorMessage"})
_PLAIN_NAME = later(r"[A-Za-z0-9_.-]+")  # nothing that a pointer would read as an escape or as a second step
_OF_OBJECTS = frozenset({"type", "properties", "required", "additionalProperties"})
_OF_LISTS = frozenset({"type", "items"})
_PLAIN: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
}

_Check = Callable[[Any], bool]

_NUMBERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda least, value: value >= least,
    "maximum": lambda most, value: value <= most,
    "exclusiveMinimum": lambda below, value: value > below,
    "exclusiveMaximum": lambda above, value: value < above,
    "const": lambda wanted, value: type(wanted) is type(value) and value == wanted,
}
_BOUNDS: Mapping[str, Mapping[str, Callable[[Any, Any], bool]]] = {
    "string": {
        "minLength": lambda least, value: len(value) >= least,
        "maxLength": lambda most, value: len(value) <= most,
        "pattern": is_found,
        "enum": lambda choices, value: value in choices,
        "const": lambda wanted, value: bool(value == wanted),
    },
    "integer": _NUMBERS,
    "number": _NUMBERS,
    "boolean": {},
    "null": {},
    "array": {
        "minItems": lambda least, value: len(value) >= least,
        "maxItems": lambda most, value: len(value) <= most,
        "uniqueItems": lambda is_wanted, value: not is_wanted or are_unique(value),
    },
    "object": {
        "minProperties": lambda least, value: len(value) >= least,
        "maxProperties": lambda most, value: len(value) <= most,
    },
}
"""By type: keywords that bound a value which has that type."""


class _Shortcut:
    """A check that says yes only where the library would, in a twentieth of the time, for the shapes most signatures and our own documents
    have: texts, numbers and truths, objects and lists of such, their bounds, choices between them, and what ``$defs`` names of them. Its no
    means that the library is to be asked. Every keyword counts, also those that come one day."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions: Mapping[str, Any] = schema.get("$defs", {})
        self._named: dict[str, _Check] = {}
        # An id at the root is what the references below are relative to anyway; any other would be the root of its own.
        self.accepts = self._of({keyword: value for keyword, value in schema.items() if keyword not in ("$defs", "$id")})

    def _of(self, schema: Any) -> _Check:
        if not isinstance(schema, Mapping):
            return _yes if schema is True else _not_sure
        keywords = schema.keys() - _SAYS_NOTHING
        if not keywords:
            return _yes
        if keywords == {"anyOf"}:
            choices = [self._of(choice) for choice in schema["anyOf"]]
            return lambda value: any(choice(value) for choice in choices)
        if keywords == {"$ref"}:
            return self._definition(schema["$ref"])
        kind = schema.get("type")
        bounds = _BOUNDS.get(kind) if isinstance(kind, str) else None
        if kind is None or bounds is None:
            return _not_sure
        held = keywords & bounds.keys()
        if kind == "array" and keywords - held <= _OF_LISTS:
            return _bounded(self._list(schema.get("items", True)), schema, held, bounds)
        if kind == "object" and keywords - held <= _OF_OBJECTS:
            return _bounded(self._object(schema), schema, held, bounds)
        if kind in _PLAIN and keywords - held == {"type"}:
            types = _PLAIN[kind]
            return _bounded(lambda value: type(value) in types, schema, held, bounds)
        return _not_sure

    def _definition(self, reference: Any) -> _Check:
        """Made when it is first needed: a definition may hold a reference to itself."""
        name = str(reference).removeprefix("#/$defs/")
        if f"#/$defs/{name}" != reference or name not in self._definitions or not _PLAIN_NAME.fullmatch(name):
            return _not_sure

        def accepts(value: Any) -> bool:
            if name not in self._named:
                self._named[name] = self._of(self._definitions[name])
            return self._named[name](value)

        return accepts

    def _list(self, items: Any) -> _Check:
        each = self._of(items)
        if each is _yes:
            return lambda value: type(value) is list
        types = _plain_types(items)
        if types is not None:
            return lambda value: type(value) is list and types.issuperset(map(type, value))
        return lambda value: type(value) is list and all(map(each, value))

    def _object(self, schema: Mapping[str, Any]) -> _Check:
        known = {name: self._of(shape) for name, shape in schema.get("properties", {}).items()}
        more = self._of(schema.get("additionalProperties", True))
        required = frozenset(schema.get("required", ()))
        if not known and not required and more is _yes:
            return lambda value: type(value) is dict

        def accepts(value: Any) -> bool:
            if type(value) is not dict or not required <= value.keys():
                return False
            return all(known.get(name, more)(each) for name, each in value.items())

        return accepts


def _bounded(check: _Check, schema: Mapping[str, Any], held: Iterable[str], bounds: Mapping[str, Callable[[Any, Any], bool]]) -> _Check:
    """``check``, and then the bounds."""
    pairs = [(bounds[keyword], schema[keyword]) for keyword in sorted(held)]
    if not pairs:
        return check
    return lambda value: check(value) and all(bound(limit, value) for bound, limit in pairs)


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
        self._schema = schema
        self._sure = _Shortcut(schema).accepts
        self._made: Any = None

    @property
    def _validator(self) -> Any:
        if self._made is None:
            from skillpod.documents.validator import Validator  # SAFE: here, so that what is surely valid never loads it

            self._made = Validator(self._schema)
        return self._made

    def accepts(self, value: Any) -> bool:
        try:
            return self._sure(value) or bool(self._validator.is_valid(value))
        except RecursionError:
            return False

    def faults(self, value: Any, *, name: str) -> list[DocumentInvalid]:
        """Every fault, in the document's order of paths; ``at`` is ``name:dotted.path[0]``. At most MAX_FAULTS, and then one more."""
        found: list[tuple[tuple[str, ...], DocumentInvalid]] = []
        try:
            if self._sure(value):
                return []
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


def schema_faults(value: Any, schema: Mapping[str, Any], *, name: str) -> list[DocumentInvalid]:
    """Every fault of a value at once; where many values meet one schema, keep a ``Schema``."""
    return Schema(schema).faults(value, name=name)


def meta_faults(schema: Any, *, name: str) -> list[DocumentInvalid]:
    """Why a value is no JSON Schema (draft 2020-12); empty when it is one."""
    return _meta().faults(schema, name=name)


@cache
def _meta() -> Schema:
    from skillpod.documents.validator import META_SCHEMA  # SAFE: here, as above

    return Schema(META_SCHEMA)
