"""SEC: keys, tokens and passwords that were left in a file. What is found is named by its kind, and never shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from skillpod.audit.credentials import FARTHEST, Found, credentials, may_hold
from skillpod.audit.filetypes import suffix_of
from skillpod.model.bundle import Bundle
from skillpod.model.credential_shapes import RUNS, may_begin, shapes_in
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_FIX = "take it out, and revoke it: whoever had the folder has it. A skill asks for `permissions.secrets`, and the operator binds them"
_FOR_SHOW = re.compile(
    r"(?:^|/)(?:tests?|testdata|fixtures?|examples?|samples?|mocks?)/|(?:^|/)(?:test_|conftest)|\.(?:example|sample|template|dist)$|_test\."
)
"""Files that say of themselves that what is in them is made up."""
_STORES = {
    ".env": re.compile(rb"(?im)^[^\n=#]{0,80}(?:KEY|TOKEN|SECRET|PASS|PWD)[^\n=]{0,40}=[ \t]*[\"']?[^\s\"'#$<{]{6,}"),
    ".netrc": re.compile(rb"\bpassword[ \t\n]{1,9}\S"),
    "_netrc": re.compile(rb"\bpassword[ \t\n]{1,9}\S"),
    ".pgpass": re.compile(rb"^[^#\s:]{1,200}:[^:\s]{0,200}:[^:\s]{0,200}:[^:\s]{0,200}:\S", re.MULTILINE),
    ".npmrc": re.compile(rb"_(?:authToken|auth|password)\s*=\s*[^\s$]{8,}"),
    ".pypirc": re.compile(rb"^\s*password\s*[:=]\s*\S{6,}", re.MULTILINE),
    ".git-credentials": re.compile(rb"://[^\s:]{1,200}:[^\s@]{1,200}@"),
    ".htpasswd": re.compile(rb"^[^\s:]{1,200}:\S{10}", re.MULTILINE),
    ".dockercfg": re.compile(rb'"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}"'),
}
_KEY_STORES = (".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".kdb", ".ppk")
_JOINED = tuple(
    re.compile(
        quote + rb"(?=[ \t+\\\r\nbru\"'])(?<=[\w+/=.: -].)"
        rb"[ \t]*(?:\+[ \t]*)?(?:\\?\r?\n[ \t]*(?:\+[ \t]*)?)?[bru]{0,2}[\"'](?=[\w+/=.: -])"
    )
    for quote in (b'"', b"'")
)
"""Where a string ends and the next one begins; a pattern that begins with one character is looked for much faster than with one of two."""
_MANY_BLANKS = b"b" * 64
_ONLY_BLANKS = bytes(0x62 if code in b" \t\r" else 0x20 for code in range(256))
_SHOWN = 20
"""Findings in one file: a list of made-up keys must not become a flood."""


def check(bundle: Bundle, _manifest: Manifest | None) -> Iterator[Finding]:
    for name, content in bundle.files.items():
        yield from _in_file(name, content)


def _in_file(name: str, content: bytes) -> Iterator[Finding]:
    is_for_show = _FOR_SHOW.search(name.lower()) is not None
    found = sorted(_found(name, content), key=lambda one: one.offset)
    for one in found[:_SHOWN]:
        if one.severity is Severity.DENY or not is_for_show:
            yield _finding(name, content, replace(one, severity=Severity.NOTICE) if is_for_show else one)
    store = "" if is_for_show else _store(name, content)
    if store:
        yield Finding(rule="SEC-008", severity=Severity.REVIEW, file=name, message=store, fix=_FIX, subject=name.rpartition("/")[2])


def _found(name: str, content: bytes) -> Iterator[Found]:
    content = _readable(content)
    shapes = shapes_in(content)
    found = list(credentials(content, shapes))
    yield from found
    joins = list(_joins(content)) if suffix_of(name) in (".py", ".pyw") else []
    if joins and (any(shape.is_broken for shape in shapes) or may_hold(_about_joins(content, joins))):
        seen = {(one.rule, one.what) for one in found}
        more = [one for one in _across_strings(content, joins) if (one.rule, one.what) not in seen]
        if more and may_begin(content):
            yield from more


def _joins(content: bytes) -> Iterator[re.Match[bytes]]:
    """In order, none beginning in the one before."""
    ahead = [(pattern, pattern.search(content)) for pattern in _JOINED]
    while found := [join for _, join in ahead if join is not None]:
        first = min(found, key=re.Match.start)
        yield first
        end = first.end()
        ahead = [(pattern, pattern.search(content, end) if join and join.start() < end else join) for pattern, join in ahead]


def _across_strings(content: bytes, joins: list[re.Match[bytes]]) -> Iterator[Found]:
    """As if strings that are written in pieces were one."""
    starts, removed = [0], [0]
    for join in joins:
        starts.append(join.start() - removed[-1])
        removed.append(removed[-1] + join.end() - join.start())
    whole = b"".join(_pieces(content, joins))
    for one in credentials(whole, shapes_in(whole)):
        yield replace(one, offset=one.offset + removed[bisect_right(starts, one.offset) - 1])


def _pieces(content: bytes, joins: list[re.Match[bytes]]) -> Iterator[bytes]:
    end = 0
    for join in joins:
        yield content[end : join.start()]
        end = join.end()
    yield content[end:]


def _about_joins(content: bytes, joins: list[re.Match[bytes]]) -> bytes:
    """The pieces put together, of which long ones are only what can belong to something that goes on in another."""
    return b"".join(map(_edges, _pieces(content, joins)))


def _edges(piece: bytes) -> bytes:
    if len(piece) <= 4 * FARTHEST or _MANY_BLANKS in piece.translate(_ONLY_BLANKS):
        return piece
    runs = piece.translate(RUNS)
    end = runs.find(b" ", runs.find(b" ") + FARTHEST)
    begin = runs.rfind(b" ", 0, max(runs.rfind(b" ") - FARTHEST, 0))
    return piece[:end] + b"\n" + piece[begin:] if 0 < end < begin else piece


def _readable(content: bytes) -> bytes:
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content
    return content.decode("utf-16", "replace").encode()


def _store(name: str, content: bytes) -> str:
    leaf = name.rpartition("/")[2].lower()
    pattern = _STORES.get(".env" if leaf == ".env" or leaf.startswith(".env.") else leaf)
    if pattern is not None and pattern.search(content):
        return "a file where programs keep passwords, with some in it"
    return "a store of keys" if suffix_of(name) in _KEY_STORES else ""


def _finding(name: str, content: bytes, one: Found) -> Finding:
    content = _readable(content)
    line = content.count(b"\n", 0, one.offset) + 1
    column = len(content[content.rfind(b"\n", 0, one.offset) + 1 : one.offset].decode("utf-8", "replace")) + 1
    message = f"this looks like {one.what} ({one.begins}...)"
    return Finding(rule=one.rule, severity=one.severity, file=name, line=line, column=column, message=message, fix=_FIX, subject=one.what)
