"""Where in a text something stands: in code, in quotes, in a list under a line that says what the list is, below a heading."""

from __future__ import annotations

import re
from bisect import bisect_right

from skillpod.model.later import later

_FENCE = later(r"^[ \t>*-]{0,12}(`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_LIST_ITEM = later(r"\s{0,12}(?:[-*+•·]|\d{1,3}[.)]|[a-z][.)]|\||>)\s?")
_HEADING = later(r"^(?:#{1,6} [^\n]*|[^\n]{1,80}\n(?:={3,}|-{3,}|~{3,}))$", re.MULTILINE)
_CLOSING = "\"”“»«›」』'`’"
_QUOTE_REACH, _INLINE_REACH = 200, 400
_LONGEST_LINE = 2_000
_LEAD = 220


class Layout:
    """Of one text; what is costly is worked out when it is first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._fences: tuple[list[int], list[int]] | None = None
        self._headings: list[tuple[int, str]] | None = None

    def is_code(self, offset: int) -> bool:
        """In a fenced block, or between backticks of its line."""
        starts, ends = self._blocks()
        index = bisect_right(starts, offset) - 1
        return (index >= 0 and offset < ends[index]) or self._is_inline(offset)

    def is_block(self, offset: int) -> bool:
        starts, ends = self._blocks()
        index = bisect_right(starts, offset) - 1
        return index >= 0 and offset < ends[index]

    def _blocks(self) -> tuple[list[int], list[int]]:
        if self._fences is None:
            self._fences = ([], [])
            mark = ""
            for fence in _FENCE.finditer(self._text):
                if not mark:
                    mark = fence.group(1)
                    self._fences[0].append(fence.start())
                elif fence.group(1).startswith(mark) and not fence.group().strip(" \t>*-`~"):
                    mark = ""
                    self._fences[1].append(fence.end())
            if mark:
                self._fences[1].append(len(self._text))
        return self._fences

    def _is_inline(self, offset: int) -> bool:
        before = self._text[max(offset - _INLINE_REACH, 0) : offset].rpartition("\n\n")[2]
        after = self._text[offset : offset + _INLINE_REACH].partition("\n\n")[0]
        return before.count("`") % 2 == 1 and "`" in after

    def is_quoted(self, offset: int) -> bool:
        """Between quotation marks, or in code."""
        if self.is_code(offset):
            return True
        before = self._text[max(offset - _QUOTE_REACH, 0) : offset]
        before = before[before.rfind("\n\n") + 1 :]
        after = self._text[offset : offset + _QUOTE_REACH].split("\n\n", 1)[0]
        return _is_open(before) and any(mark in after for mark in _CLOSING)

    def is_listed(self, offset: int) -> bool:
        """In an item of a list, a row of a table, a quoted line."""
        return _LIST_ITEM.match(self._text, self._line(offset)) is not None

    def lead(self, offset: int) -> str:
        """What introduces the place: the line itself up to it, the line that a list hangs from, what stands before a block of code."""
        line = self._line(offset)
        own = self._text[max(line, offset - _LEAD) : offset]
        above = line
        for _ in range(60):
            previous = self._line(max(above - 1, 0))
            if above == 0 or previous == above:
                break
            above, shown = previous, self._text[previous : above - 1]
            if shown.strip() and not _LIST_ITEM.match(shown) and not shown.startswith(("  ", "\t")) and not self.is_block(above):
                return own if shown.startswith("#") else f"{shown[-_LEAD:]}\n{own}"
        return own

    def _line(self, offset: int) -> int:
        """Where the line begins; a line that goes on for too long begins in itself."""
        least = max(offset - _LONGEST_LINE, 0)
        found = self._text.rfind("\n", least, offset)
        return found + 1 if found >= 0 else least

    def heading(self, offset: int) -> str:
        """The heading the place stands under; empty when there is none."""
        if self._headings is None:
            self._headings = [(found.start(), found.group()) for found in _HEADING.finditer(self._text)]
        index = bisect_right(self._headings, (offset, "")) - 1
        return self._headings[index][1] if index >= 0 else ""


def _is_open(before: str) -> bool:
    """Whether a quotation that began before is still open; an apostrophe in a word is none."""
    opened = re.sub(r"(?<=\w)['’](?=\w)", "", before)
    if opened.count('"') % 2 == 1:
        return True
    for opening, closing in ("“”", "„“", "«»", "»«", "「」", "『』", "‘’"):
        last = opened.rfind(opening)
        if last >= 0 and closing not in opened[last + 1 :]:
            return True
    return re.search(r"(?:^|[\s(\[,:])'[^']*$", opened) is not None
