"""The options by which the log is asked, the same for every command that reads it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from skillpod.journal.query import FIELDS
from skillpod.journal.terms import query_of

_PLACE = "--{}"
_OTHERS = {
    "digest": "of this digest, or of those that begin so",
    "generation": "of this generation, or of what took its place",
    "grep": "with this text anywhere in the line",
}
_TIMES = {"since": "Not before: 15m, 2h, 7d ago, or 2026-11-21T05:00.", "until": "Only before: as --since."}


def asked(command: Callable[..., None]) -> Callable[..., None]:
    """The command with one option for everything the log can be asked for; it is given the Query as ``query``.

    They are put into its signature, from which Typer makes options: so that one table has them, and no command forgets one.
    """

    @wraps(command)
    def with_query(**given: Any) -> None:
        names = (*FIELDS, *_OTHERS, *_TIMES)
        terms = {name: [words] if isinstance(words, str) else words or () for name in names if (words := given.pop(name)) is not None}
        command(query=query_of(terms, now=time.time(), place=_PLACE), **given)

    own = [part for name, part in inspect.signature(command, eval_str=True).parameters.items() if name != "query"]
    parameters = [*_parameters(), *own]
    with_query.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # SAFE: inspect.signature looks there first
    hints = {name: hint for name, hint in get_type_hints(command, include_extras=True).items() if name != "query"}
    with_query.__annotations__ = {part.name: part.annotation for part in parameters} | hints
    return with_query


def _parameters() -> list[inspect.Parameter]:
    meanings = {name: field.meaning for name, field in FIELDS.items()} | _OTHERS
    return [*(_option(name, list[str] | None, _help(name, meaning)) for name, meaning in meanings.items()), *_times()]


def _times() -> list[inspect.Parameter]:
    return [_option(name, str | None, text, metavar="WHEN") for name, text in _TIMES.items()]


def _option(name: str, kind: Any, text: str, *, metavar: str = "") -> inspect.Parameter:
    option = typer.Option(f"--{name}", metavar=metavar or _METAVARS.get(name, "NAME"), help=text, show_default=False)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


_METAVARS = {"fact": "FACT", "digest": "DIGEST", "generation": "N", "grep": "TEXT", "ticket": "ID", "error": "CODE"} | {
    name: "WORD" for name, field in FIELDS.items() if field.known and name != "fact"
}


def _help(name: str, meaning: str) -> str:
    known = FIELDS[name].known if name in FIELDS else ()
    return f"{meaning[0].upper()}{meaning[1:]}{': ' + ', '.join(known) if known else ''}."
