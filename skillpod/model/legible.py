"""Text that a stranger wrote, as agents and people are shown it: nothing invisible, no page of blanks, and visibly cut where it is."""

from __future__ import annotations

import re
import unicodedata

from skillpod.model.later import later

ELLIPSIS = "\u2026"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SELDOM = later("[\ufe00-\ufe0d\U000e0100-\U000e01ef\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5]")
"""Neither control nor format by their category, and yet nothing to see."""
_JOINER = later("(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])|[\u200c\u200d]{2,}")
"""A joiner that joins nothing: beside plain text, at an end, or one of several."""
_EMPTY_LINES = later(r"\n(?:[^\S\n]*\n){3,}")
_BLANKS = later(r"(?<=\S)[^\S\n]{2,}")
_INDENT = later(r"^[^\S\n]{13,}", re.MULTILINE)
_DEEPEST = " " * 12
_FAR = later(r"[^\S\n]{80,}")


def is_unseen(character: str) -> bool:
    """Whether a person who looks at a text can't see it: controls, formats, bidi, tags; not line ends, tabs and joiners."""
    return unicodedata.category(character) in _UNSEEN and character not in "\n\t\u200c\u200d"


def visible(text: str) -> str:
    """The text without what nobody sees; joiners stay where scripts and emoji need them."""
    if text.isascii() and text.isprintable():
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(character for character in plain if not is_unseen(character))
    return plain if plain.isascii() else _JOINER.sub("", _SELDOM.sub("", plain))


def legible(text: str, most: int) -> str:
    """A description: visible, its blanks and empty lines few, at most so many characters, the last of which says when it was cut."""
    seen = visible(text).strip()
    seen = _EMPTY_LINES.sub("\n\n", _INDENT.sub(_DEEPEST, _BLANKS.sub(" ", seen)))
    return cut(seen, most)


def manual_text(content: bytes) -> str:
    """A manual: visible, and nothing far below or far to the right of what people look at. Its layout stays."""
    return _FAR.sub(" " * 8, _EMPTY_LINES.sub("\n\n\n", visible(content.decode("utf-8-sig", "replace"))))


def cut(text: str, most: int) -> str:
    """At most so many characters; the last one says when it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS
