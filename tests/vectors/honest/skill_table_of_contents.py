# expect: none
"""A table of contents for Markdown."""

import re
import unicodedata
from typing import Iterator, NamedTuple

from skillpod import tool

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
FENCE = re.compile(r"^\s*(```|~~~)")


class Heading(NamedTuple):
    level: int
    title: str
    slug: str


def _slug(title, seen):
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
    number = seen.setdefault(slug, 0)
    seen[slug] += 1
    return f"{slug}-{number}" if number else slug


def headings(lines) -> Iterator[Heading]:
    fence, seen = None, {}
    for line in lines:
        if (mark := FENCE.match(line)) is not None:
            fence = None if fence == mark[1] else fence or mark[1]
        elif fence is None and (found := HEADING.match(line)):
            yield Heading(len(found[1]), found[2], _slug(found[2], seen))


@tool(read_only=True)
def contents(markdown: str, deepest: int = 3) -> str:
    """Make a table of contents.

    Args:
        markdown: The document.
        deepest: The deepest level of headings to list.
    """
    rows = [h for h in headings(markdown.splitlines()) if h.level <= deepest]
    top = min((h.level for h in rows), default=1)
    return "\n".join("%s- [%s](#%s)" % ("  " * (h.level - top), h.title, h.slug) for h in rows)
