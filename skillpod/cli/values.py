"""What a person gives on a command line: JSON inline, from a file, from stdin; a token in a file."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skillpod.errors import ArgumentsInvalid, CommandInvalid, PathUnusable

_TOKEN = re.compile(rb"[A-Za-z0-9_-]{1,200}")


def json_object(text: str, *, at: str) -> dict[str, Any]:
    """The object that ``text`` is (``{...}``), or that a file (``@FILE``) or stdin (``-``) holds.

    Raises ArgumentsInvalid and PathUnusable.
    """
    value = _parse(_read(text), at=at)
    if not isinstance(value, dict):
        raise ArgumentsInvalid(f"{at} is a JSON object, not {_kind(value)}", at=at, hint='as in \'{"text": "hello"}\'')
    return value


def with_pairs(values: Mapping[str, Any], pairs: Sequence[str]) -> dict[str, Any]:
    """``values`` with each ``KEY=VALUE`` put in: a value is JSON when it reads as JSON, else a string. Raises CommandInvalid."""
    made = dict(values)
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise CommandInvalid(f"`-a {pair}` is not KEY=VALUE", at="-a", hint="as in -a text=hello")
        try:
            made[key] = json.loads(text, parse_constant=_not_json)
        except (ValueError, RecursionError):
            made[key] = text
    return made


def nearest(word: str, known: Sequence[str], *, otherwise: str) -> str:
    """A hint for a word that is not known: the one that was meant, or else what is said otherwise."""
    from skillpod.documents import did_you_mean  # SAFE: here, for it loads the schema library, and only a mistake needs it

    return did_you_mean(word, known) or otherwise


def token_in(path: Path) -> str:
    """The token that a file holds, with nothing else than blanks around it. Raises PathUnusable for a file that others may read too."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1024)
    except OSError as fault:
        raise PathUnusable(f"the token can't be read: {fault.strerror}", at=str(path)) from None
    if mode & 0o077:
        raise PathUnusable("other users may read this token", at=str(path), hint=f"chmod 600 {path}")
    found = _TOKEN.fullmatch(text.strip())
    if found is None:
        raise PathUnusable("this file holds no token", at=str(path), hint="one line, as `skillpod token new NAME` prints it")
    return found[0].decode()


def _read(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ArgumentsInvalid("the file is not UTF-8 text", at=str(path)) from None
    except OSError as fault:
        raise PathUnusable(f"the file can't be read: {fault.strerror}", at=str(path)) from None


def _parse(text: str, *, at: str) -> Any:
    try:
        return json.loads(text, parse_constant=_not_json)
    except RecursionError:
        raise ArgumentsInvalid("the JSON is nested too deeply", at=at) from None
    except json.JSONDecodeError as fault:
        raise ArgumentsInvalid(
            f"{at} is not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}",
            at=at,
            hint='quote it for your shell: \'{"text": "hello"}\'',
        ) from None
    except ValueError as fault:
        raise ArgumentsInvalid(f"{at} is not JSON: {fault}", at=at) from None


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
