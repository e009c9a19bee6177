"""The frontmatter of a Markdown file: one YAML mapping between a first line ``---`` and the next, and the text behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from skillpod.documents.fromyaml import read_yaml
from skillpod.documents.text import MAX_BYTES
from skillpod.documents.words import show
from skillpod.errors import DocumentInvalid
from skillpod.model.later import later

FRONTMATTER_LIMIT = 64 * 1024
"""Characters between the two lines: every client of a skill is handed what stands there, as it stands there."""

_FENCE = "---"
_KEY = later(r"""(?:"([^"]*)"|'([^']*)'|([^\s#"'][^:]*?))\s*:(?:\s|$)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontmatter:
    """``values`` is the mapping as it stands there, ``lines`` the line each of its keys stands in; ``body`` begins in ``body_line``.
    Lines count from 1 and end in ``\\n``, whatever they ended in."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    body_line: int


def read_frontmatter(content: bytes, *, name: str) -> Frontmatter:
    """What a file with frontmatter says. A byte order mark and any line endings are accepted; the YAML is held to what ``read_yaml``
    holds all YAML to. Raises DocumentInvalid, ``at`` is ``name:line:column``."""
    lines = _text(content, name).split("\n")
    if lines[0].rstrip() != _FENCE:
        raise DocumentInvalid(
            "the file does not begin with frontmatter",
            at=f"{name}:1:1",
            hint="begin with a line ---, name: and description:, and a line ---",
        )
    end = next((index for index, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), 0)
    if not end:
        raise DocumentInvalid("the frontmatter never ends", at=f"{name}:1:1", hint="close it with a line of its own: ---")
    inside = lines[1:end]
    if sum(map(len, inside)) + len(inside) > FRONTMATTER_LIMIT:
        raise DocumentInvalid(f"the frontmatter has over {FRONTMATTER_LIMIT} characters", at=f"{name}:1:1", hint="move it into the text")
    # The first line is replaced by an empty one, so that the parser's lines are the file's.
    values = read_yaml("\n".join(["", *inside, ""]).encode(), name=name)
    if not isinstance(values, dict):
        raise DocumentInvalid(f"expected a mapping of keys, got {show(values)}", at=f"{name}:2:1", hint="write `name: ...` there")
    found = {key: number for number, line in reversed(list(enumerate(inside, 2))) if (key := _key(line)) in values}
    return Frontmatter(values=MappingProxyType(values), lines=MappingProxyType(found), body="\n".join(lines[end + 1 :]), body_line=end + 2)


def _text(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise DocumentInvalid(
            f"the file has {len(content)} bytes; at most {MAX_BYTES} are read", at=name, hint="move the details into references/"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentInvalid("the file is not UTF-8 text", at=f"{name}:{line}:1", hint="save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _key(line: str) -> str:
    """The key that a line of a block mapping begins with, at the outermost level."""
    match = _KEY.match(line)
    return next((group for group in match.groups() if group is not None), "") if match else ""
