"""What is secret in a value, by its name, its schema and its shape, and the value without it.

Best effort: what is secret by nothing but what it means is not found, nor what is cut in pieces, encoded or encrypted.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from skillpod.model.credential_shapes import SHAPES
from skillpod.model.later import later

BY_NAME = "its name"
BY_SCHEMA = "its schema"


class Redaction:
    """``schemas`` (JSON Schema) hold for the values together: what one of them marks ``writeOnly``, or as a ``password``, is secret."""

    def __init__(self, schemas: Iterable[Mapping[str, Any]] = ()) -> None:
        self._place = _Place((schema, schema) for schema in schemas if _marks(schema))

    def of(self, value: Any) -> Any:
        """The plain JSON value with ``{"redacted": why}`` where something secret was, and ``[redacted: why]`` within a longer text.

        Raises RecursionError for what is nested too deeply.
        """
        return _redacted(value, self._place)


def redacted_text(text: str) -> str:
    """The text without what has the shape of a secret."""
    found = _spans(text)
    if not found:
        return text
    parts, end = [], 0
    for start, stop, what in found:
        parts += [text[end:start], f"[redacted: {what}]"]
        end = stop
    return "".join([*parts, text[end:]])


def _redacted(value: Any, place: _Place) -> Any:
    if place.is_secret:
        return _gone(BY_SCHEMA, value)
    if isinstance(value, str):
        return _without_shapes(value)
    if isinstance(value, Mapping):
        return _object(value, place)
    if isinstance(value, list | tuple):
        return _list(value, place)
    return value


def _object(value: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    secret = _KEY_PARTS if "kty" in value else ()
    if any(key.lower() in _NAMING and _is_secret_name(item) for key, item in value.items()):
        secret = (*secret, "value", "Value")
    return {
        redacted_text(key): _gone(BY_NAME, item) if key in secret or _is_secret_name(key) else _redacted(item, place.member(key))
        for key, item in value.items()
    }


def _list(value: Sequence[Any], place: _Place) -> list[Any]:
    if len(value) == 2 and _is_secret_name(value[0]):  # a header or a field, as a pair
        return [value[0], _gone(BY_NAME, value[1])]
    return [
        _gone(BY_NAME, item) if index and _is_option(value[index - 1]) else _redacted(item, place.item(index))
        for index, item in enumerate(value)
    ]


def _is_option(word: Any) -> bool:
    """Whether it is the option of a command line, as ``--password``, whose value is the next word."""
    return isinstance(word, str) and word.startswith("-") and "=" not in word and _is_secret_name(word)


def _gone(why: str, value: Any) -> Any:
    """That something is set, and that nothing is, is no secret."""
    return value if value is None or isinstance(value, bool) else {"redacted": why}


# --- by name ---------------------------------------------------------------------------------------------------------------------

_NAMING = ("name", "key", "header", "field")
"""Where an object with a ``value`` says what that is of."""
_KEY_PARTS = ("d", "p", "q", "dp", "dq", "qi", "k", "oth")
"""The private members of a JSON Web Key (RFC 7518, 6)."""
_STEMS = (
    *("password", "passwd", "passphrase", "passcode", "secret", "credential", "authorization", "cookie", "bearer"),
    *("apikey", "accesskey", "privatekey", "secretkey", "signingkey", "encryptionkey", "authkey", "sshkey", "masterkey", "accountkey"),
    *("authtoken", "accesstoken", "refreshtoken", "idtoken", "sessionid", "connectionstring"),
)
_WORDS = frozenset({"token", "tokens", "pass", "pwd", "pw", "auth", "otp", "pin", "cvv", "cvc", "jwt", "dsn", "mnemonic"})
_COUNTED = frozenset({"max", "min", "count", "limit", "total", "number", "num", "usage", "used", "budget"})
"""With one of these words, tokens are what models count."""
_WORD = later(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST_NAME = 256


def _is_secret_name(name: Any) -> bool:
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    if any(stem in joined for stem in _STEMS):
        return True
    return not _WORDS.isdisjoint(words) and _COUNTED.isdisjoint(words)


# --- by schema -------------------------------------------------------------------------------------------------------------------

_MOST = 200
"""Schemas that are looked at for one value: a schema may refer to itself in many ways."""
_KNOWN_PLACES = 1000
_Held = tuple[Any, Mapping[str, Any]]
"""What stands where a schema may, and the document it stands in."""


class _Place:
    """All schemas that one value is held to, each once: a place for each way that leads to one would be without number."""

    def __init__(self, schemas: Iterable[_Held], known: dict[tuple[int, ...], _Place] | None = None) -> None:
        self._all = list(_followed(schemas))
        self._known = {} if known is None else known  # of the whole document: thousands of values in a list are of one place
        self.is_secret = any(each.get("writeOnly") is True or each.get("format") == "password" for each, _ in self._all)

    def member(self, key: str) -> _Place:
        return self._at(list(self._of_member(key)))

    def item(self, index: int) -> _Place:
        return self._at(list(self._of_item(index)))

    def _at(self, schemas: Sequence[_Held]) -> _Place:
        if not self._all:
            return self
        key = tuple(id(schema) for schema, _ in schemas)
        if key not in self._known:
            if len(self._known) >= _KNOWN_PLACES:
                self._known.clear()
            self._known[key] = _Place(schemas, self._known)
        return self._known[key]

    def _of_member(self, key: str) -> Iterator[_Held]:
        for schema, root in self._all:
            named = schema.get("properties", {}).get(key)
            others = (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties"))
            yield from ((each, root) for each in ([named] if named is not None else others))

    def _of_item(self, index: int) -> Iterator[_Held]:
        for schema, root in self._all:
            first = schema.get("prefixItems", [])
            yield (first[index] if index < len(first) else schema.get("items")), root


def _followed(schemas: Iterable[_Held]) -> Iterator[_Held]:
    """The schemas, and those that they say hold for the same value."""
    waiting, seen = deque(schemas), set[int]()
    while waiting and len(seen) < _MOST:
        schema, root = waiting.popleft()
        if not isinstance(schema, Mapping) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield schema, root
        beside = [each for keyword in ("anyOf", "oneOf", "allOf") for each in schema.get(keyword, ())]
        beside += [schema[keyword] for keyword in ("if", "then", "else") if keyword in schema]
        if isinstance(reference := schema.get("$ref"), str):
            beside += [_referred(reference, root)]
        waiting += ((each, root) for each in beside)


def _referred(reference: str, root: Mapping[str, Any]) -> Any:
    """What a reference within the document is to; nothing for any other."""
    at: Any = root if reference.startswith("#") else {}
    for step in reference.lstrip("#").split("/")[1:]:
        at = at.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(at, Mapping) else {}
    return at


def _marks(schema: Mapping[str, Any]) -> bool:
    """Whether it may say of anything that it is secret: most schemas don't, and are not looked at again."""
    text = json.dumps(schema, default=dict)
    return '"writeOnly"' in text or '"password"' in text


# --- by shape --------------------------------------------------------------------------------------------------------------------

_NAMED = r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credential|(?:api|access|private|secret|signing|auth|account)[_-]?key)"
_VARIABLE = r"(?<=_)(?:pass|pw)(?![a-z0-9])"
"""As in ``DB_PASS=``; by itself the word has other meanings."""
_VALUE = r"(?P<value>(?P<quote>\\*[\"'])(?:(?!(?P=quote))\\.|(?!(?P=quote)).){1,4096}(?:(?P=quote))?|[^\s\"'&;,]{3,})"
_KINDS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "a private key",
        ("private key",),
        later(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY.*?(?:-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-{0,5}|\Z)", re.DOTALL),
    ),
    ("a private key", ("private-lines:",), later(r"Private-Lines:.*\Z", re.DOTALL)),
    ("a private key", ("kty",), later(r"(?<=[\"'])(?:d|p|q|dp|dq|qi|k)\\*[\"']\s{0,4}:\s{0,4}\\*[\"'][A-Za-z0-9_-]{16,}")),
    ("a signed token (JWT)", ("eyj",), later(r"eyJ[A-Za-z0-9_-]{8,512}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,3}")),
    ("a token of skillpod", ("skp_",), later(r"skp_[A-Za-z0-9_-]{16,}")),
    ("a key", ("sk-", "rk-"), later(r"[rs]k-(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{16,}")),
    ("a key", ("k_live_", "k_test_"), later(r"[prs]k_(?:live|test)_[A-Za-z0-9]{10,}")),
    ("an AWS access key", ("akia", "asia"), later(r"A[KS]IA[A-Z0-9]{16}")),
    ("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), later(r"gh[pousr]_[A-Za-z0-9]{20,}")),
    ("a GitHub token", ("github_pat_",), later(r"github_pat_[A-Za-z0-9_]{20,}")),
    ("a Slack token", ("xox",), later(r"xox[a-z]-[A-Za-z0-9-]{10,}")),
    ("a Google API key", ("aiza",), later(r"AIza[A-Za-z0-9_-]{30,}")),
    ("a bearer's token", ("bearer",), later(r"bearer[\"']?[\s:=]{1,8}[\"']?[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)),
    (
        "a header that shows who asks",
        ("authorization", "cookie"),
        later(r"(?:authorization|cookie)\\*[\"']?\s{0,4}[:=]\s{0,4}(?P<value>\\*[\"'][^\r\n\"']{2,}|[^\r\n\"']{2,})", re.IGNORECASE),
    ),
    ("a password in an address", ("://",), later(r"(?<=://)[^\s:/@]{0,128}:\S{1,256}@")),
    (
        "what is named a secret",
        ("pass", "pw", "secret", "token", "credential", "key"),
        later(rf"(?:{_NAMED}|{_VARIABLE})" + r"[\w-]{0,24}\\*[\"']?\s{0,4}(?:=>|[:=])\s{0,4}" + _VALUE, re.IGNORECASE | re.DOTALL),
    ),
    (
        "what is named a secret",
        ("-pass", "-pwd", "-secret", "-token", "-credential", "key"),
        later(r"(?<=-)" + _NAMED + r"[\w-]{0,24}\s{1,4}" + _VALUE, re.IGNORECASE | re.DOTALL),
    ),
)
"""(what it is, lower-case literals of which one is in every such text, pattern, of which ``value`` is what goes): wider than the table that
the audit has for files, for what is taken out here for nothing is lost to a reader only."""
_SHORTEST = 7
"""Characters of the shortest text with a secret by its shape: ``pwd=abc``."""


def _without_shapes(text: str) -> Any:
    found = _spans(text)
    if len(found) == 1 and found[0][:2] == (0, len(text)):
        return {"redacted": found[0][2]}
    return redacted_text(text) if found else text


def _spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, what) of every secret, in order, none beginning in the one before."""
    if len(text) < _SHORTEST:
        return []
    spans: list[tuple[int, int, str]] = []
    for start, end, what in sorted(_found(text)):
        if spans and start <= spans[-1][1]:
            first, before, known = spans[-1]
            spans[-1] = (first, max(before, end), known)
        else:
            spans.append((start, end, what))
    return spans


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    lowered = text.lower()
    kinds = {kind for hint, kind in _HINTS if hint in lowered}
    for what, pattern in [(_KINDS[kind][0], _KINDS[kind][2]) for kind in kinds]:
        group = "value" if "value" in pattern.groupindex else 0
        yield from ((*match.span(group), what) for match in pattern.finditer(text))
    for what, shape in {_KNOWN[known] for hint, known in _KNOWN_HINTS if hint in text}:
        yield from ((*match.span(), what) for match in _as_text(shape).finditer(text))


_HINTS = tuple((hint, kind) for kind, (_, hints, _pattern) in enumerate(_KINDS) for hint in hints)
_TAKEN = tuple(shape for shape in SHAPES if shape.rule != "SEC-006")  # signed tokens have a wider pattern here
_KNOWN = tuple((shape.what, shape.inside) for shape in _TAKEN)
_KNOWN_HINTS = tuple((hint.decode("ascii"), known) for known, shape in enumerate(_TAKEN) for hint in shape.hints)


@cache
def _as_text(pattern: bytes) -> re.Pattern[str]:
    return re.compile(pattern.decode("ascii"), re.ASCII)
