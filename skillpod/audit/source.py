"""From a file's bytes to its syntax tree, or to the findings that say why it can't be read as what a person sees."""

from __future__ import annotations

import ast
import re
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from skillpod.model.finding import Finding, Severity

MAX_SOURCE = 1024 * 1024

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_UTF8_NAMES = frozenset({b"utf-8", b"utf8", b"utf_8", b"u8", b"ascii", b"us-ascii", b"utf-8-unix"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]|\r(?!\n)")
_FORM_FEED = re.compile("[^\n]\x0c|\x0c[^\n\r]")
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb\u2028\u2029\U000e0000-\U000e0fff\u115f"
    "\u1160\u3164\uffa0]"
)
_FOREIGN_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_LOOK_ALIKES = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_JOINER = re.compile("[\u200c\u200d]")
_PADDING = re.compile(r"[ \t]{120,}\S")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its name in the bundle, its text and its tree."""

    file: str
    text: str
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    message: str
    fix: str
    offset: int = -1
    severity: Severity = Severity.DENY


def read_source(file: str, content: bytes) -> tuple[Source | None, tuple[Finding, ...]]:
    """The source, unless something keeps it from being read, and what is wrong with the text."""
    bytes_fault = _bytes_fault(content)
    if bytes_fault is not None:
        return None, (_finding(file, "", bytes_fault),)
    text = content.decode("utf-8")
    findings = [_finding(file, text, fault) for fault in _text_faults(text)]
    if any(finding.severity is Severity.DENY for finding in findings):
        return None, tuple(findings)
    tree, refusal = _parse(file, text)
    if refusal is not None:
        findings.append(refusal)
    return (Source(file, text, tree) if tree else None), tuple(findings)


def _finding(file: str, text: str, fault: _Fault) -> Finding:
    line, column = (0, 0) if fault.offset < 0 else _place(text, fault.offset)
    return Finding(rule=fault.rule, severity=fault.severity, file=file, line=line, column=column, message=fault.message, fix=fault.fix)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


# --- bytes -----------------------------------------------------------------------------------------------------------------------


def _bytes_fault(content: bytes) -> _Fault | None:
    """What must be settled before there is text. Python itself decodes by the cookie, so a reader would see other code than runs."""
    if len(content) > MAX_SOURCE:
        return _Fault("SRC-007", f"the file has {len(content)} bytes; at most {MAX_SOURCE} are audited", "split it, or move data out of it")
    if content.startswith(b"\xef\xbb\xbf"):
        return _Fault("SRC-004", "the file begins with a byte order mark", "save it as UTF-8 without one")
    for line in content.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie and cookie.group(1).lower() not in _UTF8_NAMES:
            name = cookie.group(1).decode("ascii", "replace")
            return _Fault("SRC-002", f"the file declares the encoding {name!r}", "save it as UTF-8 and remove the `coding` comment")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _Fault("SRC-001", f"the file is not UTF-8 (byte {error.start})", "save it as UTF-8")
    return None


# --- text ------------------------------------------------------------------------------------------------------------------------


def _text_faults(text: str) -> Iterator[_Fault]:
    control = _CONTROL.search(text)
    if control is not None:
        shown = (
            "a carriage return without a line feed" if control.group() == "\r" else f"the control character U+{ord(control.group()):04X}"
        )
        yield _Fault("SRC-003", f"the file has {shown} in it", "remove it, or write it as an escape", control.start())
    feed = _FORM_FEED.search(text)
    if feed is not None:
        yield _Fault("SRC-003", "the file has a form feed inside a line", "remove it, or write it as an escape", feed.start())
    padding = _PADDING.search(text)
    if padding is not None:
        yield _Fault(
            "SRC-009",
            "more than 120 blanks, and then code: it stands where an editor does not show it",
            "remove the blanks",
            padding.end() - 1,
            Severity.REVIEW,
        )
    if not text.isascii():
        yield from _hidden(text)


def _hidden(text: str) -> Iterator[_Fault]:
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        name = unicodedata.name(hidden.group(), f"U+{ord(hidden.group()):04X}").lower()
        escape = f"\\u{ord(hidden.group()):04x}" if ord(hidden.group()) < 0x10000 else f"\\U{ord(hidden.group()):08x}"
        yield _Fault(
            "SRC-005", f"the file has an invisible or reordering character in it ({name})", f"write it as `{escape}`", hidden.start()
        )
    for joiner in _JOINER.finditer(text):
        around = text[max(joiner.start() - 1, 0)] + text[min(joiner.end(), len(text) - 1)]
        if any(character.isascii() for character in around):
            escape = f"\\u{ord(joiner.group()):04x}"
            yield _Fault("SRC-005", "the file has an invisible joiner beside plain text", f"write it as `{escape}`", joiner.start())
            return


# --- tree ------------------------------------------------------------------------------------------------------------------------


def _parse(file: str, text: str) -> tuple[ast.Module | None, Finding | None]:
    too_deep = _Fault("SRC-007", "the code is nested too deeply to be audited", "split the expression")
    try:
        with warnings.catch_warnings():  # SAFE: a doubtful escape in a skill's string must not print, or raise, in the host
            warnings.simplefilter("ignore")
            tree = ast.parse(text, filename=file)
    except SyntaxError as error:
        line, column = error.lineno or 0, max(error.offset or 0, 0)
        fault = Finding(
            rule="SRC-006",
            severity=Severity.DENY,
            file=file,
            line=line,
            column=column,
            message=f"not Python: {error.msg}",
            fix="correct the syntax; it must parse with the Python the pod runs on",
        )
        return None, fault
    except (RecursionError, MemoryError, ValueError, OverflowError):
        return None, _finding(file, text, too_deep)
    disguised = None if text.isascii() else _disguised_identifier(text)
    return (None, _finding(file, text, disguised)) if disguised else (tree, None)


def _disguised_identifier(text: str) -> _Fault | None:
    """An identifier that Python reads as another one (NFKC, PEP 3131), or that mixes Latin with letters that look like it."""
    if not any(_disguise(word) for word in _FOREIGN_WORD.findall(text)):
        return None
    lines = text.split("\n")
    line_starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for token in tokenize.generate_tokens((f"{line}\n" for line in lines).__next__):
        disguise = _disguise(token.string) if token.type == tokenize.NAME and not token.string.isascii() else ""
        if disguise:
            offset = line_starts[token.start[0] - 1] + token.start[1]
            return _Fault("SRC-008", f"the name {token.string!a} {disguise}", "write it in one script, in plain letters", offset)
    return None


def _disguise(name: str) -> str:
    """Why a name is not what it seems, or the empty string."""
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        return f"is read by Python as `{plain}`"
    scripts = {_script(character) for character in name if character.isalpha()}
    return "mixes scripts that look alike" if "LATIN" in scripts and not scripts.isdisjoint(_LOOK_ALIKES) else ""


def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split(" ", 1)[0]
