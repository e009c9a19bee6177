"""Characters that a person who looks at a text does not see, or sees in another order, and a model reads."""

from __future__ import annotations

from collections.abc import Iterator

from skillpod.model.later import later

_FLAGS = later(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
"""The flags of England, Scotland and Wales: the only sequences of tag characters recommended for general interchange (UTS 51)."""
ZERO_WIDTH = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
"""As a class of a regular expression has them, without its brackets."""
BIDI = "\u202a-\u202e\u2066-\u2069"
CONTROLS = "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"
_KINDS = (
    (later("[\U000e0000-\U000e00ff]+"), "tag characters, which a model reads as letters and nobody sees"),
    (later(f"[{BIDI}]"), "characters that make text show in another order than it is read in"),
    (later(f"[{ZERO_WIDTH}]{{2,}}"), "characters without width in a row, which can carry a message"),
    (later("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"), "variation selectors in a row, which can carry a message"),
    (later(f"[{CONTROLS}]"), "control characters, which hide text on a terminal"),
)


def unseen(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The first of each kind in a text: offset and length, and what it is."""
    plain = _FLAGS.sub(lambda flag: " " * len(flag.group()), text)
    for pattern, what in _KINDS:
        found = pattern.search(plain)
        if found is not None:
            yield (found.start(), len(found.group())), what
