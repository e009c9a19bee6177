"""Exact answers about texts: what a language model estimates, these tools count."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import Annotated, Literal, TypedDict

from skillpod import Field, tool

Kind = Literal["email", "phone", "ip", "card", "token"]

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)")
_PATTERNS: dict[str, re.Pattern[str]] = {
    "token": re.compile(r"\b(?:sk|pk|ghp|gho|ghs|xox[abp]|AKIA)[-_A-Za-z0-9]{12,}"),
    "email": re.compile(r"\b[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b"),
    "ip": re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b"),
    "card": re.compile(r"\b\d(?:[ -]?\d){12,18}\b"),
    "phone": re.compile(r"(?<!\w)\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}(?!\w)"),
}


class Counts(TypedDict):
    words: int
    lines: int
    characters: int
    sentences: int


class Redacted(TypedDict):
    """``found`` has how many of each asked kind were replaced."""

    text: str
    found: dict[str, int]


@tool(title="Count words", read_only=True, idempotent=True, category="text")
def count(text: str) -> Counts:
    """Count words, lines, characters and sentences.

    Args:
        text: Any text; characters are Unicode code points, line ends included.
    """
    words = _WORD.findall(text)
    ends = len(_SENTENCE_END.findall(text))
    unended = 1 if _WORD.search(_SENTENCE_END.split(text)[-1]) else 0
    return {"words": len(words), "lines": len(text.splitlines()), "characters": len(text), "sentences": ends + unended}


@tool(title="Make a slug", read_only=True, idempotent=True, category="text")
def slugify(text: str, separator: Literal["-", "_"] = "-", longest: Annotated[int, Field(ge=1, le=1000)] = 80) -> str:
    """Turn a title into a name for an address or a file: lower case, ASCII, words joined by one separator.

    Args:
        text: The title.
        separator: What joins the words.
        longest: The most characters to return; words are never cut, unless the first alone is longer.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    slug = ""
    for word in words:
        longer = f"{slug}{separator}{word}" if slug else word[:longest]
        if len(longer) > longest:
            break
        slug = longer
    return slug


@tool(title="Compare two texts", read_only=True, idempotent=True, category="text")
def compare(before: str, after: str, context: Annotated[int, Field(ge=0, le=20)] = 3) -> str:
    """Show what changed between two texts as a unified diff; an empty answer means they are equal.

    Args:
        before: The old text.
        after: The new text.
        context: Unchanged lines to show around each change.
    """
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", n=context, lineterm="")
    return "\n".join(lines)


@tool(title="Redact personal data", read_only=True, idempotent=True, category="privacy")
def redact(text: str, kinds: list[Kind] | None = None) -> Redacted:
    """Replace e-mail addresses, phone numbers, IPv4 addresses, payment cards and access tokens by ``[kind]``.

    Card numbers are replaced only when their check digit is right (Luhn), phone numbers only in international form (+41 ...).

    Args:
        text: The text to clean.
        kinds: What to replace; everything when left out.
    """
    found: dict[str, int] = {}
    for kind in [name for name in _PATTERNS if kinds is None or name in kinds]:
        text, found[kind] = _replace(text, kind)
    return {"text": text, "found": found}


def _replace(text: str, kind: str) -> tuple[str, int]:
    replaced = 0

    def mask(match: re.Match[str]) -> str:
        nonlocal replaced
        if kind == "card" and not _passes_luhn(match.group()):
            return match.group()
        replaced += 1
        return f"[{kind}]"

    return _PATTERNS[kind].sub(mask, text), replaced


def _passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    digits = [int(char) for char in reversed(number) if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
