"""A document of the operator's: read whole or not at all, with every fault and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from skillpod.documents.fromjson import read_json
from skillpod.documents.fromyaml import read_yaml
from skillpod.documents.schema import schema_faults
from skillpod.errors import DocumentInvalid, PolicyUnreadable, SkillpodError

END = "..."
"""What the last line of a document says that must be whole (YAML 1.2, 9.1.2)."""


def read_whole(text: bytes, *, name: str, schema: bytes, faults: Callable[[Any], Iterable[DocumentInvalid]]) -> Any:
    """As ``read_operators``, of a text that says where it ends: half a list of rules is often a list of rules, without those that forbid.
    One in braces, as JSON is, has no half."""
    if not text.lstrip().startswith(b"{") and _last_line(text) != END.encode():
        hint = f"look whether it is whole, and write `{END}` as its last line"
        raise PolicyUnreadable(f"it does not end with a line `{END}`: part of it may be missing", at=name, hint=hint)
    return read_operators(text, name=name, schema=schema, faults=faults)


def _last_line(text: bytes) -> bytes:
    """The last one that says something: comments and blanks may follow an end."""
    return next((line.rstrip() for line in reversed(text.splitlines()) if line.strip() and not line.lstrip().startswith(b"#")), b"")


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
