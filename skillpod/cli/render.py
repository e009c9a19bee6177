"""The only file that prints: text made safe for a terminal, colours only on one, JSON for machines, progress on stderr."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, TextIO

from skillpod.cli.faults import Span, fault_lines
from skillpod.errors import SkillpodError

PROGRESS_AFTER = 1.0
"""Seconds before something that takes long says so."""
PROGRESS_EVERY = 0.2
"""Seconds between two words of how far it is."""
ROOM = 140
"""Columns of a line that can be cut."""
PAGE_WIDTH = 100
"""Characters of a line of running text: longer ones are hard to follow on a wide terminal."""


# --- for machines ------------------------------------------------------------------------------------------------------------------


def data(value: Any) -> None:
    """One JSON value on stdout, indented."""
    sys.stdout.write(_json(value, indent=2) + "\n")


def record(value: Any) -> None:
    """One JSON value on one line of stdout, at once: for streams."""
    sys.stdout.write(_json(value, indent=None) + "\n")
    sys.stdout.flush()


def content(piece: bytes) -> None:
    """Bytes on stdout as they are: of a file that is made for a machine, and safe for a terminal by what it is."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # a program reads us in its own process
        sys.stdout.write(piece.decode("utf-8"))
    else:
        buffer.write(piece)


def _json(value: Any, *, indent: int | None) -> str:
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, indent=indent, ensure_ascii=not is_unicode, default=dict)  # frozen mappings are objects too
    return text if text.isprintable() else "".join(map(_json_character, text))


def _json_character(character: str) -> str:
    # Control, format and bidi characters that JSON would let through can only be inside a string, where an escape means the same.
    if character == "\n" or not _is_unsafe(character):
        return character
    return json.dumps(character)[1:-1] if ord(character) != 0x7F else "\\u007f"


def is_abandoned() -> bool:
    """Whether whoever read our stdout has gone (poll(2): POLLERR at the writing end of a pipe that nobody reads)."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return False  # not a file: a program reads us in its own process
    watching = select.poll()
    watching.register(descriptor, 0)
    return any(event & select.POLLERR for _, event in watching.poll(0))


# --- for people --------------------------------------------------------------------------------------------------------------------


def line(*spans: Span | str) -> None:
    """One line on stdout, written at once."""
    _say(sys.stdout, spans)


def note(*spans: Span | str) -> None:
    """One line on stderr: what is not the answer."""
    _say(sys.stderr, spans)


def raw(text: str) -> None:
    """A text as it is; on a terminal, made safe for it."""
    shown = safe(text, keep="\n\t") if sys.stdout.isatty() else text
    _write(sys.stdout, shown if shown.endswith("\n") else shown + "\n")


def room() -> int:
    """How many columns a line that can be cut may take: the terminal's, within reason, or as many where there is none."""
    return min(get_terminal_size().columns, ROOM) if sys.stdout.isatty() else ROOM


def page(text: str) -> None:
    """A page of ours in Markdown: set for a terminal, as it is for everything else."""
    if not _has_colours(sys.stdout):
        raw(text)
        return
    from rich.console import Console  # SAFE: here, as below
    from rich.markdown import Markdown

    width = min(get_terminal_size().columns, PAGE_WIDTH)
    Console(file=sys.stdout, width=width).print(Markdown(text, hyperlinks=False))


def table(columns: Sequence[str], rows: Iterable[Sequence[Span | str]]) -> None:
    """Columns under their headings; on a terminal the last one is cut to its width."""
    headings: list[Span] = [(name, "dim") for name in columns]
    made = [headings, *([_span(cell) for cell in row] for row in rows)]
    cells = [[(safe(text), style) for text, style in row] for row in made]
    widths = [max(len(row[index][0]) for row in cells) for index in range(len(columns))]
    room = get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(columns) - 1) if sys.stdout.isatty() else 0
    for row in cells:
        padded = [(text.ljust(width) + "  ", style) for (text, style), width in zip(row[:-1], widths, strict=False)]
        text, style = row[-1]
        line(*padded, (_cut(text, room), style))


def _cut(text: str, room: int) -> str:
    return text if room < 8 or len(text) <= room else text[: room - 1] + "…"


def error(fault: SkillpodError) -> None:
    """An error for a person, on stderr."""
    for spans in fault_lines(fault):
        note(*spans)


def refusal(fault: SkillpodError) -> None:
    """The same error for a machine, on stdout."""
    data({"error": fault.as_dict()})


# --- progress ----------------------------------------------------------------------------------------------------------------------


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say on a terminal's stderr that this takes a while, once it has."""
    with counting(lambda _count: text):
        yield


@contextmanager
def counting(words: Callable[[int], str]) -> Iterator[Callable[[int], None]]:
    """As ``working``, for what is told how far it is: ``words`` make a text of the newest count."""
    counts = [0]

    def told(count: int) -> None:
        counts[0] = count

    if not sys.stderr.isatty():
        yield told
        return
    done = threading.Event()
    spinner = threading.Thread(target=_spin, args=(lambda: words(counts[0]), done), daemon=True)
    spinner.start()
    try:
        yield told
    finally:
        done.set()
        spinner.join()


def _spin(words: Callable[[], str], done: threading.Event) -> None:
    if done.wait(PROGRESS_AFTER):
        return
    from rich.console import Console  # SAFE: here, so that quick commands never load it

    with Console(stderr=True).status(safe(words())) as status:
        while not done.wait(PROGRESS_EVERY):
            status.update(safe(words()))


# --- making text safe --------------------------------------------------------------------------------------------------------------


def safe(text: str, *, keep: str = "") -> str:
    """Text without what could move a cursor, hide or reorder other text: such characters become visible escapes.

    What skills, authors and folders are called or say comes from strangers.
    """
    if text.isprintable():
        return text
    return "".join(char if char in keep or not _is_unsafe(char) else char.encode("unicode_escape").decode() for char in text)


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _span(piece: Span | str) -> Span:
    return (piece, "") if isinstance(piece, str) else piece


def _say(stream: TextIO, spans: Iterable[Span | str]) -> None:
    pieces = [(safe(text, keep="\t"), style) for text, style in map(_span, spans)]
    if any(style for _, style in pieces) and _has_colours(stream):
        _colourful(stream, pieces)
    else:
        _write(stream, "".join(text for text, _ in pieces).rstrip(" ") + "\n")
    stream.flush()


def _write(stream: TextIO, text: str) -> None:
    """What the stream's encoding has no character for is written as an escape: an answer is never lost to a locale."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _has_colours(stream: TextIO) -> bool:
    # https://no-color.org: set and not empty means none.
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _colourful(stream: TextIO, pieces: Iterable[Span]) -> None:
    from rich.console import Console  # SAFE: here, so that what is piped never loads it
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(Text.assemble(*pieces))


def plain(value: Mapping[str, Any] | Sequence[Any] | str | float | None) -> str:
    """A JSON value on one line, for a person."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
