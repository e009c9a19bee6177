"""A document of the operator's: read whole or not at all, with every fault and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from skillpod.documents.fromjson import read_json
from skillpod.documents.fromyaml import read_yaml
from skillpod.documents.schema import schema_faults
from skillpod.errors import DocumentInvalid, PolicyUnreadable, SkillpodError


def read_operators(text: bytes, *, name: str, schema: bytes, faults: Callable[[Any], Iterable[DocumentInvalid]]) -> Any:
    """The value of a YAML text that fits the JSON Schema and has none of the further ``faults``; ``name`` is what messages call it.

    Raises PolicyUnreadable with every fault as a reason.
    """
    try:
        value = read_yaml(text, name=name)
    except DocumentInvalid as fault:
        raise unreadable([fault], name) from fault
    found = schema_faults(value, read_json(schema, name="schema"), name=name) or list(faults(value))
    if found:
        raise unreadable(found, name)
    return value


def unreadable(faults: Sequence[SkillpodError], name: str) -> PolicyUnreadable:
    """The one fault of a document of the operator's, or all of them together."""
    first = faults[0]
    if len(faults) == 1:
        return PolicyUnreadable(first.message, at=first.at, hint=first.hint)
    return PolicyUnreadable(f"the document has {len(faults)} faults; the first: {first}", at=name, reasons=faults)
