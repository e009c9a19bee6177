"""FIL: what a file is, beside what its name says it is, and what is hidden in it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from skillpod.audit.containers import inside, is_pickle, pickle_calls, picture_end, zip_names
from skillpod.audit.filetypes import (
    CODE_ARCHIVES,
    CONTAINERS,
    DATA_TEXTS,
    PICKLES,
    TEXTS,
    Group,
    Kind,
    is_utf8,
    kind_of,
    kinds_named,
    suffix_of,
    text_of,
)
from skillpod.audit.programs import program
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later
from skillpod.model.manifest import Manifest

_PYTHON = (".py", ".pyw")  # SRC reads these
_AT_START = (".pth", ".egg-link")  # FIL-008 tells these
_CODE_IN_ARCHIVE = later(r"\.(?:py[wcdo]?|so|pyd|dll|dylib|exe|pth|jar|class)$|(?:^|/)(?:EGG-INFO|[^/]+\.dist-info)/", re.IGNORECASE)
_MACROS = later(r"vbaProject\.bin$|/macrosheets/|^Basic/|^Scripts/", re.IGNORECASE)
_EMBEDDED = later(r"/(?:embeddings|activeX)/", re.IGNORECASE)
_OLD_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_PDF_ACTIONS = later(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_RTF_OBJECT = later(rb"\\obj(?:data|update|autlink)")
_OBJECT_ARRAY = later(rb"'\|O[0-9]*'")
_ACTIVE = later(r"<(?:\w+:)?script\b|[\s/\"']on[a-z]{3,20}\s{0,8}=|javascript:|<(?:\w+:)?(?:iframe|embed|object)\b", re.IGNORECASE)
_ENTITY = later(r"<!ENTITY\s{1,20}(?:%\s{1,20})?[\w.:-]{1,100}\s{1,20}(?:SYSTEM|PUBLIC|[\"'][^\"'&]{0,500}&\w)", re.IGNORECASE)
"""One that reads something else, or that is made of others; constants are what drawing programs write."""
_MARKUP = (".svg", ".html", ".htm", ".xhtml", ".xml")
_SHEBANG = later(r"#!\s*/|<\?php\b|<\?=|@echo off\b", re.IGNORECASE)
_LOOKS_LIKE_PYTHON = later(
    r"^[ \t]*(?:import [\w.]+|from [\w.]+ import |(?:async )?def \w+\(|class \w+[(:]|(?:exec|eval)\()|\b__import__\(", re.MULTILINE
)
_PADDING = b"\x00 \r\n\t\xff"
_MAX_PROGRAM = 1024 * 1024

_LEAVE_OUT = "remove it; ship what is in it as files of the folder"


def check(bundle: Bundle, _manifest: Manifest | None) -> Iterator[Finding]:
    for name, content in bundle.files.items():
        suffix = suffix_of(name)
        if content and suffix not in _PYTHON and program(name, content) is None:
            yield from _of_file(name, suffix, content)


def _of_file(name: str, suffix: str, content: bytes) -> Iterator[Finding]:
    text = text_of(content)
    kind = kind_of(content) if text is None else None
    if suffix in PICKLES or is_pickle(content):
        yield from _pickle(name, suffix, content)
    elif text is not None:
        yield from _of_text(name, suffix, text, content)
    elif kind is not None:
        yield from _of_kind(name, suffix, kind, content)
    else:
        yield from _of_nothing_known(name, suffix, content)
    if text is None and (kind is None or kind.group is not Group.ARCHIVE):
        for offset, what in inside(content):
            message = f"{what} begins at byte {offset}: the file is two things at once"
            yield _finding("FIL-006", Severity.DENY, name, message, "ship what is needed as a file of its own", what)


# --- binary files ----------------------------------------------------------------------------------------------------------------


def _of_kind(name: str, suffix: str, kind: Kind, content: bytes) -> Iterator[Finding]:
    named = kinds_named(suffix)
    if kind.group is Group.ARCHIVE:
        yield from _archive(name, suffix, kind, content)
    elif (named and kind not in named) or suffix in TEXTS or suffix in CONTAINERS or suffix in CODE_ARCHIVES:
        alike = any(other.group is kind.group for other in named)
        severity = Severity.NOTICE if alike else Severity.REVIEW
        yield _finding(
            "FIL-005", severity, name, f"the file is {kind.name}, and its name says something else", "name it as what it is", kind.name
        )
    if kind.group is Group.PICTURE or content.startswith(b"RIFF"):
        yield from _behind(name, kind, content)
    elif kind.group is Group.DOCUMENT:
        yield from _document(name, kind, content)
    elif kind.name == "a NumPy array" and _OBJECT_ARRAY.search(content, 0, 512):
        yield _finding(
            "FIL-007", Severity.DENY, name, "an array of objects is a pickle inside", "keep numbers in it, or use JSON", kind.name
        )


def _archive(name: str, suffix: str, kind: Kind, content: bytes) -> Iterator[Finding]:
    names = zip_names(content) if kind.name == "a ZIP archive" else None
    if any(inner.endswith(".pkl") for inner in names or ()):
        yield _finding("FIL-007", Severity.DENY, name, "an archive with a pickle in it, as PyTorch writes", "use JSON", "a pickle")
    code = next(filter(_CODE_IN_ARCHIVE.search, names or ()), "")
    if suffix in CODE_ARCHIVES or code:
        what = f"{kind.name} with code in it ({code!a})" if code else f"{kind.name} that is there to be installed or run"
        yield _finding("FIL-004", Severity.DENY, name, f"{what}, which was not audited", _LEAVE_OUT, kind.name)
    elif suffix in CONTAINERS:
        yield from _office(name, CONTAINERS[suffix], names)
    elif suffix in TEXTS or any(other.group is not Group.ARCHIVE for other in kinds_named(suffix)):
        message = f"the file is {kind.name}, and its name says something else"
        yield _finding("FIL-005", Severity.DENY, name, message, _LEAVE_OUT, kind.name)
    else:
        yield _finding("FIL-004", Severity.REVIEW, name, f"{kind.name}: what is in it was not read", _LEAVE_OUT, kind.name)


def _behind(name: str, kind: Kind, content: bytes) -> Iterator[Finding]:
    """What stands after the end of a picture or a sound."""
    try:
        end = picture_end(content)
    except ValueError as fault:
        message = f"{kind.name} that can't be followed to its end: {fault}"
        yield _finding("FIL-005", Severity.REVIEW, name, message, "save it anew", kind.name)
        return
    rest = content[end:].strip(_PADDING) if end is not None else b""
    if rest:
        is_text = text_of(rest) is not None
        what = "text" if is_text else "something"
        message = f"{what} stands behind the end of {kind.name}, {len(rest)} bytes from byte {end}"
        yield _finding("FIL-006", Severity.DENY if is_text else Severity.REVIEW, name, message, "save the picture anew, without it", what)


def _document(name: str, kind: Kind, content: bytes) -> Iterator[Finding]:
    action = _PDF_ACTIONS.search(content) if content.startswith(b"%PDF-") else None
    if _OLD_MACROS in content:
        yield _macros(name)
    elif action is not None or _RTF_OBJECT.search(content):
        what = action.group().decode() if action else "an embedded object"
        yield _finding(
            "FIL-009", Severity.REVIEW, name, f"{kind.name} that does something when it is opened: {what}", "save it without", what
        )
    else:
        yield _unread(name, kind.name)


def _office(name: str, what: str, names: list[str] | None) -> Iterator[Finding]:
    if names is None:
        yield _finding("FIL-005", Severity.REVIEW, name, f"{what} whose directory can't be read", "save it anew", what)
    elif any(map(_MACROS.search, names)):
        yield _macros(name)
    elif any(map(_EMBEDDED.search, names)):
        yield _finding(
            "FIL-009", Severity.REVIEW, name, f"{what} with other files or controls embedded in it", "save it without", "an embedded object"
        )
    else:
        yield _unread(name, what)


def _macros(name: str) -> Finding:
    return _finding(
        "FIL-009", Severity.DENY, name, "a document with macros: a program that was not audited", "save it without macros", "macros"
    )


def _unread(name: str, what: str) -> Finding:
    return _finding("FIL-004", Severity.NOTICE, name, f"{what}: what it says was not read", "where it can be, ship it as Markdown", what)


def _pickle(name: str, suffix: str, content: bytes) -> Iterator[Finding]:
    calls = pickle_calls(content)
    if calls is False:
        message, severity = "a pickle; this one holds data only, but whoever loads pickles runs what they say", Severity.REVIEW
    elif calls:
        message, severity = "a pickle that calls something when it is loaded", Severity.DENY
    else:
        message, severity = f"a {suffix} file is loaded by unpickling, which runs what it says; this one can't be read", Severity.DENY
    yield _finding("FIL-007", severity, name, message, "keep data as JSON, CSV or SQLite", "a pickle")


def _of_nothing_known(name: str, suffix: str, content: bytes) -> Iterator[Finding]:
    named = kinds_named(suffix)
    expected = next((kind.name for kind in named), "") or CONTAINERS.get(suffix, "")
    if suffix in CODE_ARCHIVES:
        yield _finding("FIL-004", Severity.DENY, name, "an archive that is there to be installed or run", _LEAVE_OUT, suffix)
    elif suffix in TEXTS:
        yield from _no_utf8(name, content)
    elif expected:
        message = f"the name says {expected}, and the content is no such thing"
        yield _finding("FIL-005", Severity.REVIEW, name, message, "save it anew, or name it as what it is", expected)
    else:
        message = "binary content of no known type: nobody can say what is in it"
        yield _finding("FIL-010", Severity.REVIEW, name, message, "ship data in a known format: JSON, CSV, SQLite, PNG ...", suffix)


def _no_utf8(name: str, content: bytes) -> Iterator[Finding]:
    if is_utf8(content) or any(code in content for code in _CONTROLS):
        message = "control characters in what its name says is text: they hide text on a terminal, or it is no text"
        yield _finding("FIL-014", Severity.REVIEW, name, message, "remove them, or name it as what it is", "control characters")
    else:
        message = "a text that is not UTF-8: what it says depends on who reads it"
        yield _finding("FIL-014", Severity.NOTICE, name, message, "save it as UTF-8", "another encoding")


_CONTROLS = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))


# --- texts -----------------------------------------------------------------------------------------------------------------------


def _of_text(name: str, suffix: str, text: str, content: bytes) -> Iterator[Finding]:
    named = kinds_named(suffix)
    if suffix in CODE_ARCHIVES:
        yield _finding("FIL-004", Severity.DENY, name, "an archive that is there to be installed or run", _LEAVE_OUT, suffix)
    elif content.startswith((b"%PDF-", b"{\\rtf")):
        kind = kind_of(content)
        if kind is not None:
            yield from _of_kind(name, suffix, kind, content)
    elif (named or suffix in CONTAINERS) and suffix not in TEXTS and content.strip():
        expected = named[0].name if named else CONTAINERS[suffix]
        yield _finding(
            "FIL-005", Severity.REVIEW, name, f"the name says {expected}, and the content is text", "name it as what it is", expected
        )
    yield from _program(name, suffix, text)
    if text.lstrip()[:1] == "<" or suffix in _MARKUP:
        yield from _markup(name, suffix, text)


def _program(name: str, suffix: str, text: str) -> Iterator[Finding]:
    """A program under the name of data. Whatever loads it, its name kept it from being read as code."""
    if (suffix in TEXTS and suffix not in DATA_TEXTS) or suffix in _AT_START:
        return
    first = text.lstrip()
    if suffix in DATA_TEXTS and _SHEBANG.match(first):
        yield _finding(
            "FIL-013", Severity.REVIEW, name, "a program under the name of data", "name it as what it is", first.split("\n", 1)[0][:40]
        )
    elif _is_python(text):
        message = "Python under another name: it was not read as code" if suffix else "Python without a suffix: it was not read as code"
        yield _finding("FIL-013", Severity.REVIEW, name, message, "name it .py, or put it as an example into a text", "Python")


def _is_python(text: str) -> bool:
    if len(text) > _MAX_PROGRAM or not _LOOKS_LIKE_PYTHON.search(text):
        return False
    try:
        with warnings.catch_warnings():  # SAFE: a doubtful escape in a skill's text must not print, or raise, in the host
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _markup(name: str, suffix: str, text: str) -> Iterator[Finding]:
    entity = _ENTITY.search(text)
    if entity is not None:
        message = "the document defines entities that read other files, or that grow without bound"
        yield _placed("FIL-009", Severity.REVIEW, name, text, entity.start(), message, "write out what they stand for", "entities")
    active = _ACTIVE.search(text)
    if active is not None:
        is_picture = suffix == ".svg" or "<svg" in text[:1000]
        severity = Severity.REVIEW if is_picture else Severity.NOTICE
        message = f"{'a picture' if is_picture else 'a page'} with a script in it, which whoever shows it runs"
        yield _placed(
            "FIL-009",
            severity,
            name,
            text,
            active.start(),
            message,
            "remove it, where it is not what the file is for",
            active.group().strip(),
        )


# --- findings --------------------------------------------------------------------------------------------------------------------


def _placed(rule: str, severity: Severity, name: str, text: str, offset: int, message: str, fix: str, subject: str) -> Finding:
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    return Finding(rule=rule, severity=severity, file=name, line=line, column=column, message=message, fix=fix, subject=subject)


def _finding(rule: str, severity: Severity, name: str, message: str, fix: str, subject: str) -> Finding:
    return Finding(rule=rule, severity=severity, file=name, message=message, fix=fix, subject=subject)
