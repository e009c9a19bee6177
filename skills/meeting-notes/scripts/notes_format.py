"""What a line of meeting notes says: the one place that knows ``references/format.md``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

_BOX = re.compile(r"\s*[-*+]\s*\[(?P<mark>[ xX])\]\s*(?P<text>.+)")
_WORD = re.compile(r"\s*(?:[-*+]\s*)?(?:ACTION|TODO)\b(?P<text>.+)", re.IGNORECASE)
_OWNER = re.compile(r"@(?P<owner>\w[\w.-]*)")
_DUE = re.compile(r"\(?\b(?:by |due )?(?P<due>[0-9]{4}-[0-9]{2}-[0-9]{2})\b\)?")

NOBODY = "nobody"


@dataclass(frozen=True)
class Item:
    task: str
    owner: str
    due: str
    done: bool

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def as_text(self) -> str:
        due = f", due {self.due}" if self.due else ""
        return f"{'done' if self.done else 'open'}  {self.owner}: {self.task}{due}"


def items(lines: Iterable[str]) -> Iterator[Item]:
    """The action items of some notes, in their order."""
    for line in lines:
        box, word = _BOX.match(line), _WORD.match(line)
        if box:
            yield _item(box["text"], done=box["mark"] in "xX")
        elif word:
            yield _item(word["text"], done=False)


def _item(text: str, *, done: bool) -> Item:
    owner, due = _OWNER.search(text), _DUE.search(text)
    task = _DUE.sub("", _OWNER.sub("", text))
    return Item(" ".join(task.split()).strip(" :,"), owner["owner"] if owner else NOBODY, due["due"] if due else "", done)
