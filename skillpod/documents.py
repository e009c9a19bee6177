"""YAML and JSON from strangers: no aliases, tags, duplicate keys or surprises, within limits, and every fault with its place."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from skillpod.errors import DocumentInvalid

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 50_000
MAX_FAULTS = 100
"""Faults shown of one document; the last one then says that there are more."""

_SHOWN = 60
_HALF_A_PAIR = "a string has half of a surrogate pair in it"
_WORD_LIMIT = 100

# --- text ------------------------------------------------------------------------------------------------------------------------

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def _decode(text: bytes, name: str) -> str:
    """The text as UTF-8, before any parser sees it."""
    if len(text) > MAX_BYTES:
        raise DocumentInvalid(f"the document has {len(text)} bytes; at most {MAX_BYTES} are read", at=name, hint="make it smaller")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        where = _place(name, text[: error.start].decode("utf-8"), error.start)
        raise DocumentInvalid("the document is not UTF-8 text", at=where, hint="save it as UTF-8") from error
    unwanted = _UNWANTED.search(decoded)
    if unwanted is None:
        return decoded
    where = _place(name, decoded, unwanted.start())
    if unwanted.group() == "\ufeff":
        raise DocumentInvalid("the document has a byte order mark", at=where, hint="save it as UTF-8 without one")
    character = "NUL" if unwanted.group() == "\0" else f"the control character U+{ord(unwanted.group()):04X}"
    raise DocumentInvalid(f"the document has {character} in it", at=where, hint="is this a text file?")


def _place(name: str, text: str, offset: int) -> str:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return f"{name}:{line}:{column}"


# --- YAML ------------------------------------------------------------------------------------------------------------------------

_LibYaml: Any = getattr(yaml, "CSafeLoader", None)
"""libyaml's parser, where PyYAML was built with it: six times faster. Only its events are used; nothing is resolved or constructed."""

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")


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
    decoded = _decode(text, name)
    return _YamlReader((_LibYaml or _PurePythonParser)(decoded), name).read()


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
            raise self._fault(f"not YAML: {problem}", mark, hint="check the indentation, the quotes and the brackets here") from error
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
            raise self._fault(_HALF_A_PAIR, event.start_mark, hint="write the character itself") from error
        return text

    def _number(self, text: str, match: re.Match[str], event: Any) -> int | float:
        try:
            return _number(text, is_whole=match.group(2) is None and match.group(3) is None)
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


def _number(text: str, *, is_whole: bool) -> int | float:
    """Raises ValueError, in words for people, for what is no finite number or has more digits than Python reads."""
    if is_whole:
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"a whole number of {len(text)} digits is too long") from None
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{show(text)} is too large for a number")
    return number


# --- JSON ------------------------------------------------------------------------------------------------------------------------


def read_json(text: bytes, *, name: str) -> Any:
    """One JSON value (RFC 8259), with the limits of ``read_yaml``; duplicate keys, NaN, Infinity and lone surrogates are refused.

    Raises DocumentInvalid; ``at`` is ``name:line:column`` for syntax, ``name`` or ``name:path`` otherwise.
    """
    decoded = _decode(text, name)
    try:
        value = json.loads(
            decoded,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=lambda digits: _number(digits, is_whole=True),
            parse_float=lambda digits: _number(digits, is_whole=False),
        )
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"not JSON: {error.msg}", at=f"{name}:{error.lineno}:{error.colno}") from error
    except RecursionError as error:
        raise DocumentInvalid(f"nested deeper than {MAX_DEPTH} levels", at=name) from error
    except ValueError as error:
        raise DocumentInvalid(str(error), at=name) from error
    _check_value(value, name)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {show(key)} is in one object twice")
            seen.add(key)
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _check_value(value: Any, name: str) -> None:
    pending: list[tuple[Any, int, str]] = [(value, 1, "")]
    count = 0
    while pending:
        current, depth, path = pending.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise DocumentInvalid(f"nested deeper than {MAX_DEPTH} levels", at=join(name, path))
        if count > MAX_VALUES:
            raise DocumentInvalid(f"more than {MAX_VALUES} values", at=name, hint="make the document smaller")
        if isinstance(current, str):
            _check_surrogates(current, name, path)
        elif isinstance(current, dict):
            for key, member in current.items():
                _check_surrogates(key, name, path)
                pending.append((member, depth + 1, _below(path, key)))
        elif isinstance(current, list):
            pending.extend((member, depth + 1, _below(path, index)) for index, member in enumerate(current))


def _check_surrogates(text: str, name: str, path: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentInvalid(_HALF_A_PAIR, at=join(name, path)) from error


# --- words for people ------------------------------------------------------------------------------------------------------------


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean `limits`?`` when one of the known words is close to this one, else the empty string."""
    plain = {_plain(candidate): candidate for candidate in known}
    close = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.6)
    return f"did you mean `{plain[close[0]]}`?" if close else ""


def _plain(word: str) -> str:
    return word[:_WORD_LIMIT].lower().replace("-", "_")


def show(value: Any) -> str:
    """A value as an error quotes it: short, on one line, nothing a terminal would obey."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        cut = value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
        return ascii(cut) if not cut.isprintable() else repr(cut)
    return repr(value)[:_SHOWN]


def join(name: str, path: str) -> str:
    """``manifest.yaml`` and ``limits.wall`` as one place; a name that is a place already is gone on from."""
    if not path:
        return name
    return f"{name}{'' if path.startswith('[') else '.'}{path}" if ":" in name else f"{name}:{path}"


def _below(path: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    word = key if key.isprintable() and len(key) <= _WORD_LIMIT else show(key)
    return f"{path}.{word}" if path else word


def dotted(path: Iterable[str | int]) -> str:
    """``("tests", 0, "tool")`` as ``tests[0].tool``."""
    found = ""
    for key in path:
        found = _below(found, key)
    return found


# --- JSON Schema -----------------------------------------------------------------------------------------------------------------

_END_OF_LINE = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\$", re.DOTALL)


def portable_pattern(pattern: str) -> str:
    """A JSON Schema pattern for Python's ``re``: ``$`` is the end of the text (ECMA 262), not also the place before a last newline."""
    return _END_OF_LINE.sub(lambda match: match.group(1) or r"\Z", pattern)


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.search(portable_pattern(pattern), instance):
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
            found.extend(_explain(error, name))
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


_Faults = list[tuple[tuple[str, ...], DocumentInvalid]]
_TYPE_WORDS = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_YAML_1_1_BOOLEANS = frozenset({"yes", "no", "on", "off", "y", "n"})


def _explain(error: ValidationError, name: str) -> _Faults:
    """One validator's complaint in our words: usually one fault, for unknown keys one each, for alternatives those of the nearest."""
    path = tuple(error.absolute_path)
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        return _explain_unknown_keys(error, path, name)
    if error.validator == "required":
        return _explain_missing_keys(error, path, name)
    if error.validator in ("anyOf", "oneOf") and error.context:
        return _explain_alternatives(error, path, name)
    message, hint = _words(error)
    return [_fault(message, path, name, hint)]


def _fault(message: str, path: Sequence[str | int], name: str, hint: str = "") -> tuple[tuple[str, ...], DocumentInvalid]:
    order = tuple(f"{key:09}" if isinstance(key, int) else key for key in path)
    return (*order, message), DocumentInvalid(message, at=join(name, dotted(path)), hint=hint)


def _explain_unknown_keys(error: ValidationError, path: tuple[str | int, ...], name: str) -> _Faults:
    schema: Any = error.schema
    known = list(schema.get("properties", {}))
    patterns = list(schema.get("patternProperties", {}))
    extra = [
        key
        for key in cast("dict[str, Any]", error.instance)
        if key not in known and not any(re.search(portable_pattern(p), key) for p in patterns)
    ]
    listed = f"the keys here are: {', '.join(known)}" if known else "no keys are known here"
    return [_fault("unknown key", (*path, key), name, did_you_mean(key, known) or listed) for key in extra[: MAX_FAULTS + 1]]


def _explain_missing_keys(error: ValidationError, path: tuple[str | int, ...], name: str) -> _Faults:
    required = cast("list[str]", error.validator_value)
    missing = next((key for key in required if repr(key) == error.message.removesuffix(" is a required property")), None)
    if missing is None:
        return [_fault(error.message, path, name)]
    schema: Any = error.schema
    described = schema.get("properties", {}).get(missing, {})
    examples = described.get("examples") if isinstance(described, dict) else None
    hint = f"add it, for example `{missing}: {_example(examples[0])}`" if examples else "add it"
    return [_fault("required, and not there", (*path, missing), name, hint)]


def _example(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w .,@<>/-]*|[0-9]+[A-Za-z]+", value)
    return value if plain else text


def _explain_alternatives(error: ValidationError, path: tuple[str | int, ...], name: str) -> _Faults:
    """The faults of the alternative that came nearest; when the value has the wrong type for all of them, the types."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.relative_schema_path[0]), []).append(inner)
    near = {index: errors for index, errors in branches.items() if not any(_is_wrong_kind(inner) for inner in errors)}
    if not near:
        expected = " or ".join(dict.fromkeys(_expected(inner) for errors in branches.values() for inner in errors if _is_wrong_kind(inner)))
        return [_fault(f"expected {expected}, got {show(error.instance)}", path, name)]
    best = min(near, key=lambda index: (len(near[index]), index))
    return [explained for inner in near[best] for explained in _explain(inner, name)]


def _is_wrong_kind(error: ValidationError) -> bool:
    """Whether an alternative was refused for what the value is as a whole, or for the word that tells alternatives apart."""
    at_top = len(error.relative_path) == 0 and error.validator in ("type", "const", "enum")
    return at_top or (len(error.relative_path) == 1 and error.validator == "const")


def _expected(error: ValidationError) -> str:
    schema: Any = error.schema
    if error.validator == "type":
        return _type_words(error.validator_value)
    values = _accepted(error)
    if error.relative_path and isinstance(schema, dict):
        return f"{dotted(error.relative_path)}: {_choices(values)}"
    return _choices(values)


def _accepted(error: ValidationError) -> list[Any]:
    values: Any = error.validator_value
    return [values] if error.validator == "const" else list(values)


def _type_words(kinds: Any) -> str:
    return " or ".join(_TYPE_WORDS.get(kind, str(kind)) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _choices(values: Sequence[Any]) -> str:
    shown = [value if isinstance(value, str) and value.isprintable() and value else show(value) for value in values[:20]]
    more = ", ..." if len(values) > len(shown) else ""
    return f"{shown[0]}" if len(values) == 1 else f"one of {', '.join(shown)}{more}"


def _words(error: ValidationError) -> tuple[str, str]:
    """Message and hint for a complaint about one value. ``patternErrorMessage`` (known to editors) says in words what a pattern wants."""
    schema: Any = error.schema if isinstance(error.schema, dict) else {}
    wanted = schema.get("patternErrorMessage")
    got = show(error.instance)
    if error.validator == "type":
        return f"expected {wanted or _type_words(error.validator_value)}, got {got}", _type_hint(error, schema)
    if error.validator == "pattern":
        return f"expected {wanted or f'text that matches {error.validator_value}'}, got {got}", ""
    if error.validator in ("enum", "const"):
        return _choice_words(error, got)
    say = _KEYWORDS.get(str(error.validator))
    if say is not None:
        return say(error.validator_value, error.instance), ""
    if error.validator is None:
        return "not accepted here", ""
    return f"does not fit `{error.validator}` of the schema", ""


def _choice_words(error: ValidationError, got: str) -> tuple[str, str]:
    values = _accepted(error)
    known = [value for value in values if isinstance(value, str)]
    hint = did_you_mean(error.instance, known) if isinstance(error.instance, str) else ""
    return f"expected {_choices(values)}, got {got}", hint


def _type_hint(error: ValidationError, schema: Mapping[str, Any]) -> str:
    value, wanted = error.instance, error.validator_value
    if wanted == "boolean" and isinstance(value, str) and value.lower() in _YAML_1_1_BOOLEANS:
        return "write true or false"
    if schema.get("examples"):
        return f"for example {_example(schema['examples'][0])}"
    if wanted == "string" and isinstance(value, int | float):
        return f'put it in quotes: "{show(value)}"'
    if wanted == "array" and isinstance(value, str):
        return f"a list of one is written [{value}]" if value.isprintable() and len(value) <= _SHOWN else ""
    return ""


def _at_least(kind: str) -> Callable[[Any, Any], str]:
    return lambda wanted, got: f"expected at least {wanted} {kind}, got {len(got)}"


def _at_most(kind: str) -> Callable[[Any, Any], str]:
    return lambda wanted, got: f"expected at most {wanted} {kind}, got {len(got)}"


_KEYWORDS: Mapping[str, Callable[[Any, Any], str]] = {
    "minimum": lambda wanted, got: f"expected at least {wanted}, got {show(got)}",
    "maximum": lambda wanted, got: f"expected at most {wanted}, got {show(got)}",
    "exclusiveMinimum": lambda wanted, got: f"expected more than {wanted}, got {show(got)}",
    "exclusiveMaximum": lambda wanted, got: f"expected less than {wanted}, got {show(got)}",
    "multipleOf": lambda wanted, got: f"expected a multiple of {wanted}, got {show(got)}",
    "minLength": _at_least("characters"),
    "maxLength": _at_most("characters"),
    "minItems": _at_least("items"),
    "maxItems": _at_most("items"),
    "minProperties": _at_least("keys"),
    "maxProperties": _at_most("keys"),
    "uniqueItems": lambda _wanted, _got: "an item is in the list twice",
    "not": lambda _wanted, got: f"{show(got)} is not accepted here",
    "dependentRequired": lambda _wanted, _got: "a key that belongs to another one here is missing",
    "contains": lambda _wanted, _got: "no item of the list is of the kind that must be there",
}


def pattern_fault(pattern: str) -> str:
    """Why a regular expression is not accepted from a stranger; empty when it is."""
    try:
        re.compile(portable_pattern(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        return f"is not a regular expression: {error}"
    return ""
