"""From a file's bytes to its syntax tree, or to the findings that say why it can't be read as what a person sees."""

from __future__ import annotations

import ast
import builtins
import keyword
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import islice

from skillpod.audit.lookalikes import disguise, skeleton
from skillpod.audit.nodes import walk
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later

MAX_SOURCE = 1024 * 1024

_COOKIE = later(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_UTF8_NAMES = frozenset({b"utf-8", b"utf8", b"utf_8", b"u8", b"ascii", b"us-ascii", b"utf-8-unix"})
_PLAIN = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
_CONTROL = later("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_FORM_FEED = later("[^\n]\x0c|\x0c[^\n\r]")
_HIDDEN = later(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Bidirectional controls, what Unicode calls default-ignorable, separators that some editors end a line at, and noncharacters."""
_WORD = later(r"[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]+")
_FIELD = later(r"\{[^{}]+")
_JOINER = later("[\u200c\u200d]")
_JOINING = later("[\u200c\u200d\ufe00-\ufe0f]")
_SELECTOR = later(
    "[\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f][\ufe00-\ufe0f]|[\ufe00-\ufe0f]{2}|[\u200c\u200d]{2}|[\ufe00-\ufe0f\u200c\u200d]{3}"
)
"""A variation selector where it selects nothing (after a digit, # or * it makes a keycap), or several in a row."""
_EMPTY_LINES = later("\n[ \t\r\n\x0c#]{80,}+")
_SPACES = later(" {80,}+")
_BLANKS = later("[ \t]{12,}+")
_FOREIGN_BLANKS = later("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]{12,}+")
_KNOWN = frozenset((*dir(builtins), *keyword.kwlist, *keyword.softkwlist))
_MANY_LINES = 80
_MANY_COLUMNS = 100
_FAR_RIGHT = 200
"""Columns: a statement that begins beyond is one that nobody scrolls to."""
_MANY_FIELDS = 10_000
"""Braces in one formatted string."""
_MUCH_CODE = 1000
"""Columns: further right there may be data, and no calls."""


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
    findings = [_finding(file, text, fault) for fault in _text_faults(text, content)]
    if any(finding.severity is Severity.DENY for finding in findings):
        return None, tuple(findings)
    tree, refusal = _parse(file, text)
    if refusal is not None:
        findings.append(refusal)
    far = _far_right(file, text, tree) if tree and not findings else None
    if far is not None:
        findings.append(far)
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


def _text_faults(text: str, content: bytes) -> Iterator[_Fault]:
    if not text.isascii() or content.translate(None, _PLAIN):
        yield from _controls(text)
    yield from islice(_padding(text), 1)
    if not text.isascii():
        yield from _hidden(text)


def _controls(text: str) -> Iterator[_Fault]:
    control = _CONTROL.search(text)
    if control is not None:
        shown = (
            "a carriage return without a line feed" if control.group() == "\r" else f"the control character U+{ord(control.group()):04X}"
        )
        yield _Fault("SRC-003", f"the file has {shown} in it", "remove it, or write it as an escape", control.start())
    feed = _FORM_FEED.search(text) if "\x0c" in text else None
    if feed is not None:
        yield _Fault("SRC-003", "the file has a form feed inside a line", "remove it, or write it as an escape", feed.start())


def _hidden(text: str) -> Iterator[_Fault]:
    characters = "".join(set(text))  # far fewer than the text has, and most texts have none of those
    hidden = _HIDDEN.search(text) if _HIDDEN.search(characters) else None
    if hidden is not None:
        name = unicodedata.name(hidden.group(), f"U+{ord(hidden.group()):04X}").lower()
        escape = f"\\u{ord(hidden.group()):04x}" if ord(hidden.group()) < 0x10000 else f"\\U{ord(hidden.group()):08x}"
        yield _Fault(
            "SRC-005", f"the file has an invisible or reordering character in it ({name})", f"write it as `{escape}`", hidden.start()
        )
    for joiner in _JOINER.finditer(text) if _JOINER.search(characters) else ():
        around = text[max(joiner.start() - 1, 0)] + text[min(joiner.end(), len(text) - 1)]
        if any(character.isascii() for character in around):
            escape = f"\\u{ord(joiner.group()):04x}"
            yield _Fault("SRC-005", "the file has an invisible joiner beside plain text", f"write it as `{escape}`", joiner.start())
            break
    selector = _SELECTOR.search(text) if _JOINING.search(characters) else None
    if selector is not None:
        message = "the file has invisible characters that change the one before them, where there is nothing to change"
        yield _Fault("SRC-005", message, f"write it as `\\u{ord(selector.group()[-1]):04x}`, or remove it", selector.end() - 1)


def _padding(text: str) -> Iterator[_Fault]:
    """Code that stands where an editor does not show it: below lines with nothing in them but a ``#``, or behind blanks."""
    for empty in _EMPTY_LINES.finditer(text):
        lines = empty.group().count("\n")
        if lines >= _MANY_LINES and empty.end() < len(text):
            message = f"{lines} lines with nothing in them, and then more: it stands where nobody scrolls to"
            yield _Fault("SRC-009", message, "remove the empty lines", empty.end(), Severity.REVIEW)
    patterns = [_BLANKS] if "\t" in text else [_SPACES] if " " * 80 in text else []
    if not text.isascii():
        patterns.append(_FOREIGN_BLANKS)
    for blanks in (found for pattern in patterns for found in pattern.finditer(text)):
        columns = len(blanks.group().expandtabs(8))
        if columns >= _MANY_COLUMNS and text[blanks.end() : blanks.end() + 1] not in ("", "\r", "\n"):
            message = f"{columns} blanks, and then more: it stands where an editor does not show it"
            yield _Fault("SRC-009", message, "remove the blanks", blanks.end(), Severity.REVIEW)


# --- tree ------------------------------------------------------------------------------------------------------------------------


def _parse(file: str, text: str) -> tuple[ast.Module | None, Finding | None]:
    too_deep = _Fault("SRC-007", "the code is nested too deeply to be audited", "split the expression")
    if text.count("{") > _MANY_FIELDS and _has_endless_text(text):
        return None, _finding(file, text, _Fault("SRC-007", "a formatted text has too many fields to be audited", "split it"))
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
    disguised = None if text.isascii() else _disguised_identifier(text, tree)
    return (None, _finding(file, text, disguised)) if disguised else (tree, None)


def _has_endless_text(text: str) -> bool:
    """Whether a formatted string has so many fields that parsing it takes minutes: up to Python 3.11 that grows with their square."""
    lines = (f"{line}\n" for line in text.split("\n"))
    try:
        for token in tokenize.generate_tokens(lines.__next__):
            if token.type == tokenize.STRING and token.string.count("{") > _MANY_FIELDS and "f" in token.string[:2].lower():
                return True
    except (tokenize.TokenError, SyntaxError):
        return False  # the parser says why
    return False


def _disguised_identifier(text: str, tree: ast.Module) -> _Fault | None:
    """An identifier that Python reads as another one (NFKC, PEP 3131), or that a person does."""
    words = {word for line in text.split("\n") if not line.isascii() for word in _WORD.findall(line) if not word.isascii()}
    words = set(filter(str.isidentifier, words))
    doubtful = {word for word in words if disguise(word) or skeleton(word).isascii()}
    if not doubtful or not _names_one_of(tree, {unicodedata.normalize("NFKC", word) for word in doubtful}):
        return None  # they stand in strings and comments alone
    lines = text.split("\n")
    names = [*_names(lines)]
    known = {name for _, _, name in names if name.isascii()} | _KNOWN
    for line, column, name in names:
        why = disguise(name) if not name.isascii() else ""
        if not why and not name.isascii() and skeleton(name) in known:
            why = f"looks like `{skeleton(name)}`, and is another one"
        if why:
            offset = sum(len(above) + 1 for above in lines[: line - 1]) + column
            return _Fault("SRC-008", f"the name {name!a} {why}", "write it in one script, in plain letters", offset)
    return None


_NAMING = ("id", "attr", "name", "arg", "asname", "rest", "names", "module", "kwd_attrs")
"""Fields of syntax nodes with identifiers in them: one, some with dots between, or a list."""


class _Naming(dict[type, tuple[str, ...]]):
    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields: tuple[str, ...] = getattr(kind, "_fields", ())
        found = self[kind] = tuple(name for name in _NAMING if name in fields)
        return found


_NAMES = _Naming()


def _names_one_of(tree: ast.Module, wanted: Set[str]) -> bool:
    """Whether any is a name in the tree, as Python reads it."""
    for node in walk(tree):
        for field in _NAMES[node.__class__]:
            value = getattr(node, field, None)
            for name in value if isinstance(value, list) else (value,):
                if isinstance(name, str) and not wanted.isdisjoint((name, *name.split("."))):
                    return True
    return False


def _names(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Line, offset in it, and name. Up to Python 3.11 a formatted string is one token, with names in its fields."""
    for token in tokenize.generate_tokens((f"{line}\n" for line in lines).__next__):
        if token.type == tokenize.NAME:
            yield *token.start, token.string
        elif token.type == tokenize.ERRORTOKEN and not token.string.isascii():  # it knows no marks in names, and the file did parse
            within = (word for word in _WORD.finditer(token.line) if word.start() <= token.start[1] < word.end())
            yield from ((token.start[0], word.start(), word.group()) for word in within)
        elif token.type == tokenize.STRING and not token.string.isascii() and "f" in token.string.split(token.string[-1], 1)[0].lower():
            for field in _FIELD.findall(token.string):
                yield from ((*token.start, word) for word in _WORD.findall(field) if word.isidentifier())


def _far_right(file: str, text: str, tree: ast.Module) -> Finding | None:
    """The first statement, or call, of a very long line that stands where nobody looks."""
    long_lines = (line for line in text.split("\n") if len(line) > _FAR_RIGHT)
    if not any(";" in line or len(line) > _MUCH_CODE for line in long_lines):
        return None
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt | ast.Call):
            continue
        if node.col_offset > (_FAR_RIGHT if isinstance(node, ast.stmt) else _MUCH_CODE):
            message = f"{'a statement' if isinstance(node, ast.stmt) else 'a call'} in column {node.col_offset + 1}: nobody scrolls there"
            return Finding(
                rule="SRC-010",
                severity=Severity.REVIEW,
                file=file,
                line=node.lineno,
                column=node.col_offset + 1,
                message=message,
                fix="one statement a line; break long lines",
            )
    return None
