"""YAML from strangers: no aliases, tags, merge keys, duplicate keys or surprising types; every fault with its line and column."""

from __future__ import annotations

import re
from typing import Any

import yaml

from skillpod.documents.text import HALF_A_PAIR, MAX_DEPTH, MAX_VALUES, decode, number
from skillpod.documents.words import show
from skillpod.errors import DocumentInvalid
from skillpod.model.later import later

_LibYaml: Any = getattr(yaml, "CSafeLoader", None)
"""libyaml's parser, where PyYAML was built with it: six times faster. Only its events are used; nothing is resolved or constructed."""

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = later(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = later(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")


class _PurePythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """PyYAML's own parser of events, for machines whose PyYAML was built without libyaml."""

    def __init__(self, stream: str) -> None:
        yaml.reader.Reader.__init__(self, stream)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def read_yaml(text: bytes, *, name: str) -> Any:
    """One YAML document as JSON values: dict, list, str, int, float, bool, None.

    Plain scalars are read as YAML 1.2's core schema has true, false and null, and as JSON writes numbers; everything else is a
    string (``yes``, ``0777``, ``1:30``, ``2026-01-01``). Refused: anchors, aliases, tags, directives, merge keys, duplicate keys,
    keys that are not strings, numbers that are not finite, a second document, more than MAX_DEPTH levels, MAX_VALUES values or
    MAX_BYTES bytes. Raises DocumentInvalid, ``at`` is ``name:line:column``.
    """
    decoded = decode(text, name)
    return _YamlReader((_LibYaml or _PurePythonParser)(decoded), name).read()


_LOOK = "check the indentation, the quotes and the brackets here"
_TABS = "indent with spaces, not tabs; and quote a text that begins with @ or `"  # what libyaml does not say


class _YamlReader:
    """Builds the value straight from the parser's events, so that nothing refused is ever expanded or composed."""

    def __init__(self, parser: Any, name: str) -> None:
        self._parser = parser
        self._name = name
        self._values = 0

    def read(self) -> Any:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = " ".join(part for part in (error.problem, error.context) if part)
            raise self._fault(f"not YAML: {problem}", mark, hint=_TABS if "start any token" in problem else _LOOK) from error
        except yaml.YAMLError as error:
            raise DocumentInvalid(f"not YAML: {error}", at=self._name) from error

    def _document(self) -> Any:
        self._next()  # the stream's start
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            raise DocumentInvalid("the document is empty", at=f"{self._name}:1:1")
        if start.version or start.tags:
            raise self._fault("directives (`%YAML`, `%TAG`) are not accepted", start.start_mark, hint="remove the line")
        value = self._value(self._next(), 1)
        self._next()  # the document's end
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._fault("a second document begins here", after.start_mark, hint="keep one document in a file")
        return value

    def _next(self) -> Any:
        return self._parser.get_event()

    def _value(self, event: Any, depth: int) -> Any:
        self._check(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        return self._sequence(depth)

    def _check(self, event: Any, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._fault("anchors and aliases (`&`, `*`) are not accepted", event.start_mark, hint="write the value out, or quote it")
        if event.tag is not None:
            raise self._fault("tags (`!`) are not accepted", event.start_mark, hint="write a plain value, or quote it")
        if depth > MAX_DEPTH:
            raise self._fault(f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._fault(f"more than {MAX_VALUES} values", event.start_mark, hint="make the document smaller")

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style:  # quoted, literal or folded: text as it stands
            return self._text(text, event)
        if text in _WORDS:
            return _WORDS[text]
        match = _NUMBER.fullmatch(text)
        if match:
            return self._number(text, match, event)
        if _NOT_A_NUMBER.fullmatch(text):
            raise self._fault(f"{text} is not a finite number", event.start_mark, hint="quote it if it is text")
        return text

    def _text(self, text: str, event: Any) -> str:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise self._fault(HALF_A_PAIR, event.start_mark, hint="write the character itself") from error
        return text

    def _number(self, text: str, match: re.Match[str], event: Any) -> int | float:
        try:
            return number(text, is_whole=match.group(2) is None and match.group(3) is None)
        except ValueError as error:
            raise self._fault(str(error), event.start_mark, hint="quote it if it is text") from error

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth + 1)
            if key in found:
                raise self._fault(f"the key {show(key)} is here for the second time", event.start_mark, hint="keep one of them")
            found[key] = self._value(self._next(), depth + 1)
        return found

    def _key(self, event: Any, depth: int) -> str:
        self._check(event, depth)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._fault("a list or a mapping can't be a key", event.start_mark, hint="did you mean to quote this `{...}` or `[...]`?")
        if event.value == "<<" and not event.style:
            raise self._fault("merge keys (`<<`) are not accepted", event.start_mark, hint="write the keys out")
        key = self._scalar(event)
        if not isinstance(key, str):
            raise self._fault(f"the key {show(key)} is not a string", event.start_mark, hint=f'quote it: "{event.value}"')
        return key

    def _sequence(self, depth: int) -> list[Any]:
        found = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.append(self._value(event, depth + 1))
        return found

    def _fault(self, message: str, mark: Any, *, hint: str = "") -> DocumentInvalid:
        where = f"{self._name}:{mark.line + 1}:{mark.column + 1}" if mark else self._name
        return DocumentInvalid(message, at=where, hint=hint)
