"""JSON Schema (draft 2020-12): values held to a schema, every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
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


_extend: Any = extend  # untyped in its stubs
_Validator: Any = _extend(Draft202012Validator, {"pattern": _pattern})


class Schema:
    """A JSON Schema (draft 2020-12) ready for many values. The schema is trusted to be one; references are local only."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = _Validator(schema)

    def accepts(self, value: Any) -> bool:
        return bool(self._validator.is_valid(value))

    def faults(self, value: Any, *, name: str) -> list[DocumentInvalid]:
        """Every fault, in the document's order of paths; ``at`` is ``name:dotted.path[0]``. At most MAX_FAULTS, and then one more."""
        errors = islice(self._validator.iter_errors(value), MAX_FAULTS + 1)
        found: list[tuple[tuple[str, ...], DocumentInvalid]] = []
        for error in errors:
            found.extend(explain(error, name))
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
