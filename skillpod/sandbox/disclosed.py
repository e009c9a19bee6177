"""What secrets the guests of one generation were handed, and texts without them.

Best effort, and no wall: a skill that has a value can say it in a form nobody thought of. What is found is the value as it is, and as
base64, URL-quoted, JSON, HTML and hex write it; cut in two by what a text may hold, as far as either part is long enough to be known.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from skillpod.model.secret import Secret

SHORTEST = 6
"""Bytes of the shortest value that is looked for: a shorter one is in too many texts that have nothing to do with it."""

_KNOWN = 8
"""Characters of a part by which the whole is known, where a text was cut."""
_VALUES = 64
"""Values that are remembered: of a secret that is rotated those before, too, for a guest may hold one still."""


class Disclosed:
    """Grows only: a guest forgets nothing. False when nothing was handed over, and then nothing is looked for."""

    __slots__ = ("_forms", "_values")

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], tuple[str, ...]] = {}
        self._forms: list[tuple[str, str]] = []  # (form, what is put in its place), the longest first

    def __bool__(self) -> bool:
        return bool(self._forms)

    def __repr__(self) -> str:
        return f"Disclosed({', '.join(sorted({name for name, _ in self._values}))})"

    def add(self, secret: Secret) -> None:
        key = (secret.name, secret.reveal())
        if key in self._values or len(secret.reveal().encode()) < SHORTEST:
            return
        self._values[key] = tuple(_forms(secret.reveal()))
        if len(self._values) > _VALUES:
            del self._values[next(iter(self._values))]
        forms = {form: f"[secret {name}]" for (name, _), found in self._values.items() for form in found}
        self._forms = sorted(forms.items(), key=lambda each: -len(each[0]))

    def redacted(self, text: str) -> str:
        for form, mark in self._forms:
            if form in text:
                text = text.replace(form, mark)
        return text

    def redacted_part(self, text: str) -> str:
        """Of a text that may have been cut at its beginning or its end, maybe within a secret."""
        text = self.redacted(text)
        for form, mark in self._forms:
            text = _without_beginning(_without_end(text, form, mark), form, mark)
        return text

    def redacted_value(self, value: Any) -> Any:
        """A JSON value; the same object where there is nothing to be said against it."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.redacted(value)
        if isinstance(value, list):
            return [self.redacted_value(item) for item in value]
        if isinstance(value, dict):
            return {self.redacted(key): self.redacted_value(item) for key, item in value.items()}
        return value

    def named_in(self, value: Any) -> str:
        """The name of a secret that is in a JSON value; empty when none is."""
        if not self._forms:
            return ""
        text = json.dumps(value, ensure_ascii=False)
        marks = [mark for form, mark in self._forms if form in text]
        return marks[0].removeprefix("[secret ").removesuffix("]") if marks else ""


def _forms(value: str) -> Iterator[str]:
    """How the value is commonly written."""
    data = value.encode()
    yield value
    yield value.lower()  # in a host's name
    yield from {quote(value), quote(value, safe=""), quote_plus(value)}
    yield from {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1], html.escape(value)}
    yield data.hex()
    yield data.hex().upper()
    for lead in range(3):
        yield from _base64(data, lead)


def _base64(data: bytes, lead: int) -> Iterator[str]:
    """What is the same in every base64 text that has these bytes ``lead`` behind a multiple of three: not what shares six bits with what
    stands before or behind."""
    first = -(-lead * 8 // 6)
    last = (lead + len(data)) * 8 // 6
    padded = bytes(lead) + data + bytes(2)
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
        yield encode(padded).decode("ascii")[first:last]


def _without_end(text: str, form: str, mark: str) -> str:
    """Without a beginning of the form at the end of the text."""
    if len(form) <= _KNOWN:
        return text
    at = text.find(form[:_KNOWN], max(0, len(text) - len(form) + 1))
    while at >= 0:
        if form.startswith(text[at:]):
            return text[:at] + mark
        at = text.find(form[:_KNOWN], at + 1)
    return text


def _without_beginning(text: str, form: str, mark: str) -> str:
    """Without an end of the form at the beginning of the text."""
    if len(form) <= _KNOWN:
        return text
    at = text.rfind(form[-_KNOWN:], 0, len(form) - 1)
    while at >= 0:
        if form.endswith(text[: at + _KNOWN]):
            return mark + text[at + _KNOWN :]
        at = text.rfind(form[-_KNOWN:], 0, at + _KNOWN - 1)
    return text
