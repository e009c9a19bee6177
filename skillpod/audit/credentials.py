"""Keys, tokens and passwords in a file's bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from skillpod.model.credential_shapes import PLACEHOLDER, Shape, entropy, shapes_in
from skillpod.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Found:
    rule: str
    severity: Severity
    what: str
    offset: int
    begins: str  # at most its first characters


def credentials(content: bytes, shapes: Iterable[Shape]) -> Iterator[Found]:
    """Everything that has the shape of a key or a token and holds what the shape promises, and passwords that nobody made up.

    ``shapes`` are the ``shapes_in`` the content."""
    for shape in shapes:
        for match in shape.matches(content):
            if shape.holds(match.group()):
                yield Found(shape.rule, shape.severity, shape.what, match.start(), match.group()[:4].decode("ascii", "replace"))
    yield from _in_addresses(content)
    yield from _assigned(content)


def may_hold(content: bytes) -> bool:
    """Whether ``credentials`` could give anything; it gives nothing when this says no."""
    return bool(shapes_in(content)) or _ADDRESS.search(content) is not None or next(_assigned(content), None) is not None


FARTHEST = 512
"""Bytes from one end to the other of a password with its name or its address, and with fewer than 64 blanks in a row, beside one run
that may go on for longer."""


# --- passwords -------------------------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(rb"://[^\s:/@\"'<>`\\]{0,64}:([^\s:,/@\"'<>`\\]{3,128})@([A-Za-z0-9.\[-][A-Za-z0-9.:\[\]-]{0,100})")
_EXAMPLES = re.compile(
    rb"^(?:pass(?:word|wd|phrase)?|pwd|pw|secret|token|key|user(?:name)?|root|admin|postgres|mysql|guest|test(?:ing)?|me|foo|bar|baz|abc|x+|p|s3cret|hunter2"
    rb"|pass?123|12345?6?7?8?|port|passw0rd|letmein|credentials?|anon.*|my.*|your.*|some.*|the.*)$",
    re.IGNORECASE,
)
_NOWHERE = re.compile(
    rb"(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)$|^(?:host(?:name)?|server|proxy|db|127\.0\.0\.1|\[::1\])$",
    re.IGNORECASE,
)


def _in_addresses(content: bytes) -> Iterator[Found]:
    if b"://" not in content or b"@" not in content:
        return
    for match in _ADDRESS.finditer(content):
        password, host = match.groups()
        nowhere = _NOWHERE.search(host.rpartition(b":")[0] or host)
        if not (nowhere or _EXAMPLES.match(password) or PLACEHOLDER.search(password)):
            yield Found("SEC-007", Severity.REVIEW, "a password in an address", match.start(), "://")


_NAMES = {
    b"pass": (b"password", b"passwd", b"passphrase"),
    b"pwd": (b"pwd",),
    b"secret": (b"secret",),
    b"key": (
        *(b"api_key", b"apikey", b"api-key", b"access_key", b"accesskey", b"auth_key"),
        *(b"private_key", b"encryption_key", b"signing_key"),
    ),
    b"token": (b"token",),
    b"credential": (b"credential",),
    b"bearer": (b"bearer",),
}
"""By the part that is looked for, with which each begins or ends; none begins or ends with another name."""
_VALUE = re.compile(
    rb"[\w-]{0,24}[\"'\])]{0,2}(?:\s{0,4}:\s{0,2}str)?\s{0,8}(?:=>|[:=])\s{0,8}[bru]{0,2}([\"'`])([^\s\"'`\x00-\x1f\x7f-\xff]{8,200}+)\1"
)
_BARE = re.compile(rb"[A-Za-z0-9_-]{0,24}[ \t]{0,8}[:=][ \t]{0,8}([A-Za-z0-9+/=_.~-]{16,200})[ \t\r]*(?=\n|$|#)")
_BEARER = re.compile(rb"[ \t]+([A-Za-z0-9_~+/.-]{20,200}=*)")
_NO_SECRET = re.compile(
    rb"^[a-z]+(?:[-_. :/][a-z0-9]+)*$|^[A-Z]+(?:[-_. ][A-Z0-9]+)*$|^(?:sha\d+|md5)[-:]|^\$(?:2[aby]|argon2|5|6)\$|^https?://|^[./~]|::|\(|\)|\[|\]|[{}<>]"
    rb"|^[A-Za-z]+(?:[A-Z][a-z]+)*$|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$"
)
_DOCUMENTED = frozenset((b"2YotnFZFEjr1zCsicMWpAA", b"tGzv3JOkF0XG5Qx2TlKWIA", b"mF_9.B5f-4.1JqM", b"SlAV32hkKG", b"ad180jjd733klru7"))
"""Of RFC 6749, RFC 6750 and OpenID Connect Core: examples that are copied everywhere."""
_LEAST_BITS = 3.5
_LONG = 20


def _assigned(content: bytes) -> Iterator[Found]:
    """``password = "..."`` with a value that looks drawn by a machine."""
    for at, name in _named(content.lower()):
        secret = _value(content, at + len(name), bare=_BEARER if name == b"bearer" else _BARE)
        if secret and _is_secret(secret):
            what = f"a value that nobody made up, named {name.decode()}"
            yield Found("SEC-009", Severity.REVIEW, what, at, secret[:2].decode("ascii", "replace"))


def _named(lowered: bytes) -> Iterator[tuple[int, bytes]]:
    for part, names in _NAMES.items():
        at = lowered.find(part)
        while at >= 0:
            end = at + len(part)
            if lowered.startswith(names, at) or lowered.endswith(names, 0, end):
                for name in names:
                    begin = at if name.startswith(part) else end - len(name)
                    if begin >= 0 and lowered.startswith(name, begin):
                        yield begin, name
            at = lowered.find(part, end)


def _value(content: bytes, at: int, *, bare: re.Pattern[bytes]) -> bytes:
    value = _VALUE.match(content, at)
    if value is not None:
        return value.group(2)
    found = bare.match(content, at)
    return found.group(1) if found else b""


def _is_secret(value: bytes) -> bool:
    if value in _DOCUMENTED or _NO_SECRET.search(value) or _EXAMPLES.match(value) or PLACEHOLDER.search(value):
        return False
    kinds = sum(bool(pattern.search(value)) for pattern in _CHARACTERS)
    is_mixed = kinds >= (2 if len(value) >= _LONG else 3) and _CHARACTERS[0].search(value) is not None
    return is_mixed and entropy(value) >= min(_LEAST_BITS, 0.95 * math.log2(len(value)))


_CHARACTERS = (re.compile(rb"\d"), re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"[^\w]"))
