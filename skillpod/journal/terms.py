"""The words in which the log is asked, from a command line or an address, as a Query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from skillpod.errors import CommandInvalid
from skillpod.journal.query import FIELDS, LAST_SECOND, Query, fits
from skillpod.model.span import seconds

NAMES = (*FIELDS, "digest", "generation", "grep", "since", "until")
"""Everything that can be asked for."""
MOST = 100
"""Words for one name: every entry may be held against each."""


def query_of(terms: Mapping[str, Sequence[str]], *, now: float, place: str) -> Query:
    """The query that these words ask, by the ``NAMES``; of one name several may be given, apart or with commas between them.

    ``place`` is how whoever asked writes a name: ``--{}``. Raises CommandInvalid, naming the word and the nearest there is.
    """
    terms = {name: list(words if name in _WHOLE else _parts(words)) for name, words in terms.items()}
    for name, words in terms.items():
        if len(words) > MOST:
            raise CommandInvalid(f"{len(words)} words are asked for, and {MOST} is the most", at=place.format(name))
    return Query(
        words={name: tuple(_patterns(name, terms[name], place)) for name in FIELDS if terms.get(name)},
        digests=tuple(word.lower() for word in terms.get("digest", ())),
        generations=tuple(_number(word, place) for word in terms.get("generation", ())),
        texts=tuple(text for text in terms.get("grep", ()) if text),
        since=_time("since", terms.get("since", ()), now=now, place=place),
        until=_time("until", terms.get("until", ()), now=now, place=place),
    )


_WHOLE = frozenset({"grep", "since", "until"})
"""Names whose words may have commas in them."""


def _parts(words: Iterable[str]) -> Iterable[str]:
    return (part.strip() for word in words for part in word.split(",") if part.strip())


def _patterns(name: str, words: Sequence[str], place: str) -> Iterable[str]:
    known = FIELDS[name].known
    for word in words:
        if known and not any(fits(word, each) for each in known):
            hint = _nearest(word, known) or f"one of: {', '.join(known)}"
            raise CommandInvalid(f"there is no {name} `{word}`", at=place.format(name), hint=hint)
        yield word


def _nearest(word: str, known: Sequence[str]) -> str:
    from skillpod.documents import did_you_mean  # SAFE: here, for it loads the schema library, and only a mistake needs it

    return did_you_mean(word, known)


def _number(word: str, place: str) -> int:
    if not (word.isascii() and word.isdigit() and 0 < len(word) < 10 and int(word)):
        raise CommandInvalid(f"`{word}` is no generation", at=place.format("generation"), hint="a generation is a whole number from 1")
    return int(word)


def _time(name: str, words: Sequence[str], *, now: float, place: str) -> float:
    return moment(words[-1], now=now, at=place.format(name)) if words and words[-1] else 0.0


def moment(text: str, *, now: float, at: str) -> float:
    """``2h`` ago, or a date, as seconds since the epoch: from 1, for 0 asks nothing, to the last that a line can say. Raises
    CommandInvalid."""
    ago = seconds(text)
    try:
        return min(max(1.0, _date(text) if ago is None else now - ago), LAST_SECOND)
    except (ValueError, OverflowError):
        hint = "as in 15m, 2h, 7d, 2026-11-21 or 2026-11-21T05:00Z"
        raise CommandInvalid(f"`{text}` is not a time", at=at, hint=hint) from None


def _date(text: str) -> float:
    """A time without a zone is this machine's. Raises ValueError, OverflowError."""
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.astimezone()).timestamp()
