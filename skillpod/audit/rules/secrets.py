"""SEC: keys, tokens and passwords that were left in a file. What is found is named by its kind, and never shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from skillpod.audit.credential_shapes import beginnings
from skillpod.audit.credentials import Found, credentials, may_begin
from skillpod.audit.filetypes import suffix_of
from skillpod.model.bundle import Bundle
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
_JOINED = re.compile(rb"[\"'](?<=[\w+/=.: -].)[ \t]*(?:\+[ \t]*)?(?:\\?\r?\n[ \t]*(?:\+[ \t]*)?)?[bru]{0,2}[\"'](?=[\w+/=.: -])")
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
    begins = beginnings(content)
    found = list(credentials(content, begins))
    yield from found
    if suffix_of(name) in (".py", ".pyw") and may_begin(content, begins):
        seen = {(one.rule, one.what) for one in found}
        yield from (one for one in _across_strings(content) if (one.rule, one.what) not in seen)


def _across_strings(content: bytes) -> Iterator[Found]:
    """As if strings that are written in pieces were one."""
    starts, removed = [0], [0]
    for join in _JOINED.finditer(content):
        starts.append(join.start() - removed[-1])
        removed.append(removed[-1] + len(join.group()))
    whole = _JOINED.sub(b"", content) if len(starts) > 1 else b""
    for one in credentials(whole, beginnings(whole)):
        yield replace(one, offset=one.offset + removed[bisect_right(starts, one.offset) - 1])


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
