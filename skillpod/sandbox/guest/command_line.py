"""The words of a program's command line, made from a call's arguments by the plan the host read from its source.

A value must arrive as the value it is, never as another flag: ``--name=value`` in one word, ``--`` before positional words that need it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

STDIN = "stdin"
_PLAIN = "args"
_END_OF_FLAGS = "--"
_EXACT = 2**53
"""Up to here a float that is whole is the integer it says."""

_NEGATIVE_NUMBER = re.compile(r"-\d+|-\d*\.\d+")
"""What argparse takes for a value although it begins with ``-``."""


class WordsInvalid(Exception):
    """The arguments can't be said on a command line. The message names the argument."""


class CommandLine:
    """``arguments`` are triples of name, flag and what it takes (``model.manifest.ScriptArgument``); with ``is_plain`` there are none, and
    the words come as they are."""

    def __init__(self, *, is_plain: bool, arguments: Sequence[Sequence[str]]) -> None:
        self._is_plain = is_plain
        self._flags = [(name, flag, takes) for name, flag, takes in arguments if flag]
        self._positional = [(name, takes) for name, flag, takes in arguments if not flag]

    def words(self, arguments: Mapping[str, Any]) -> list[str]:
        """What follows the program's name. Raises WordsInvalid."""
        if self._is_plain:
            return [str(word) for word in arguments.get(_PLAIN) or ()]
        flags: list[str] = []
        is_open = False  # the last flag would take positional words for its own
        for name, flag, takes in self._flags:
            value = arguments.get(name)
            if value is not None:
                flags += _FLAGS[takes](name, flag, value)
                is_open = is_open or takes == "values"
        positional = list(self._positional_words(arguments))
        if positional and (is_open or any(map(_looks_like_a_flag, positional))):
            flags.append(_END_OF_FLAGS)
        return flags + positional

    def _positional_words(self, arguments: Mapping[str, Any]) -> Iterator[str]:
        for name, takes in self._positional:
            value = arguments.get(name)
            if value is None:
                continue
            for word in map(_word, value if takes == "values" else [value]):
                yield _no_end(name, word)


def _no_end(name: str, word: str) -> str:
    if word == _END_OF_FLAGS:  # argparse before 3.13 loses it, behind a flag's ``=``, too
        raise WordsInvalid(f"{name}: the program would take {word!r} for the end of its flags")
    return word


def _value(name: str, flag: str, value: Any) -> list[str]:
    word = _no_end(name, _word(value))
    if flag.startswith("--"):
        return [f"{flag}={word}"]
    if not _looks_like_a_flag(word):
        return [flag, word]
    return [f"{flag}{word}" if len(flag) == 2 else f"{flag}={word}"]


def _values(name: str, flag: str, value: Any) -> list[str]:
    words = [_word(item) for item in value]
    if len(words) == 1:
        return _value(name, flag, value[0])
    for word in words:
        if _looks_like_a_flag(word) and not _NEGATIVE_NUMBER.fullmatch(word):
            raise WordsInvalid(f"{name}: the program would take {word[:100]!r} for a flag")
    return [flag, *words]


def _each(name: str, flag: str, value: Any) -> list[str]:
    return [word for item in value for word in _value(name, flag, item)]


def _nothing(name: str, flag: str, value: Any) -> list[str]:
    return [flag] if value else []


def _negated(name: str, flag: str, value: Any) -> list[str]:
    return [] if value else [flag]


def _count(name: str, flag: str, value: Any) -> list[str]:
    return [flag] * int(value)


_FLAGS: Mapping[str, Callable[[str, str, Any], list[str]]] = {
    "value": _value,
    "values": _values,
    "each": _each,
    "nothing": _nothing,
    "negated": _negated,
    "count": _count,
}


def _looks_like_a_flag(word: str) -> bool:
    return len(word) > 1 and word.startswith("-")


def _word(value: Any) -> str:
    """JSON as a shell would have it. JSON Schema calls 1.0 an integer, and ``int("1.0")`` does not."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
