"""Puts one server into a client's configuration file, or takes it out: all else in the file stays as it is, or the file is not touched.

No copy of the old file is left behind: such files hold secrets, the change is one entry, and ``--remove`` undoes it.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from skillpod.cli.clients import Client, Entry, Format
from skillpod.cli.replacement import Stamp, replaced, stamp
from skillpod.errors import ClientUnusable

_INDENT = re.compile(r'\{[ \t]*\r?\n([ \t]+)"')
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class State(Enum):
    """What became of the file."""

    ADDED = "added"
    CHANGED = "changed"
    PRESENT = "present"
    REMOVED = "removed"
    ABSENT = "absent"


def put(path: Path, client: Client, name: str, entry: Entry) -> State:
    """Put the entry into the file, which is made when it is not there. Raises ClientUnusable; the file is then as it was."""
    file = _File(path, client)
    found = file.servers().get(name)
    if found == entry:
        return State.PRESENT
    text = file.with_entry(name, entry)
    file.write(text, is_secret="Bearer" in json.dumps(entry))
    return State.ADDED if found is None else State.CHANGED


def take(path: Path, client: Client, name: str) -> State:
    """Take the entry out of the file. Raises ClientUnusable; the file is then as it was."""
    file = _File(path, client)
    if name not in file.servers():
        return State.ABSENT
    file.write(file.without_entry(name), is_secret=False)
    return State.REMOVED


def snippet(client: Client, name: str, entry: Entry) -> str:
    """What to add by hand."""
    if client.format is Format.TOML:
        return _table(client.key, name, entry)
    return json.dumps({client.key: {name: entry}}, indent=2, ensure_ascii=False) + "\n"


class _File:
    """One read of a file, and the one write that may follow. Raises ClientUnusable for what it can't hold."""

    def __init__(self, path: Path, client: Client) -> None:
        self._shown = path
        self._path = Path(os.path.realpath(path))  # a link (dotfiles are often links) is left in its place
        self._client = client
        for rival in client.rivals:
            if (path.parent / rival).exists():
                raise self._unusable(f"{client.title} reads {rival} here", at=str(path.parent / rival))
        self._text, self._seen = self._read()
        self._document = self._parse(self._text)

    def servers(self) -> Mapping[str, Any]:
        found = self._document.get(self._client.key, {})
        if not isinstance(found, dict):
            raise self._unusable(f"`{self._client.key}` in it is not a table of servers")
        return found

    def with_entry(self, name: str, entry: Entry) -> str:
        wanted = {**self._document, self._client.key: {**self.servers(), name: entry}}
        if self._client.format is Format.JSON:
            return self._dump(wanted)
        if name in self.servers():
            raise self._unusable(f"it has another [{self._client.key}.{name}]")
        gap = "" if not self._text else "\n" if self._text.endswith("\n") else "\n\n"
        return self._checked(f"{self._text}{gap}{_table(self._client.key, name, entry)}", wanted)

    def without_entry(self, name: str) -> str:
        left = {key: value for key, value in self.servers().items() if key != name}
        wanted = {**self._document, self._client.key: left}
        if self._client.format is Format.JSON:
            return self._dump(wanted)
        header = re.escape(f"[{self._client.key}.{name}]")
        text = re.sub(rf"(?ms)\n?^{header}[ \t]*\r?\n.*?(?=(?:^[ \t]*\r?\n)*^[ \t]*\[|\Z)", "", self._text)
        if not left:
            del wanted[self._client.key]
        return self._checked(text, wanted)

    def write(self, text: str, *, is_secret: bool) -> None:
        """Replace the file in one step, unless somebody changed it since it was read."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        mode = self._seen[-1] if self._seen else 0o600 if is_secret else 0o644
        if is_secret:
            mode &= 0o770  # whoever could read it before is not to have a token by that
        if not replaced(self._path, text, seen=self._seen, mode=mode):
            raise self._unusable("it was changed by somebody else just now")

    def _read(self) -> tuple[str, Stamp]:
        seen = stamp(self._path)
        if not seen:
            return "", seen
        try:
            return self._path.read_bytes().decode("utf-8"), seen
        except UnicodeDecodeError:
            raise self._unusable("it is not UTF-8") from None

    def _parse(self, text: str) -> dict[str, Any]:
        if not text.strip():
            return {}
        try:
            if self._client.format is Format.TOML:
                return tomllib.loads(text)
            document = json.loads(text, object_pairs_hook=_unique)
        except (ValueError, RecursionError) as fault:  # JSON's and TOML's faults are ValueErrors
            commented = "; comments are not kept by us" if re.search(r"^\s*//|/\*", text, re.MULTILINE) else ""
            raise self._unusable(f"it is not {self._client.format.name}: {fault}{commented}") from None
        if not isinstance(document, dict):
            raise self._unusable("it holds no JSON object")
        return document

    def _dump(self, document: Mapping[str, Any]) -> str:
        indent = _INDENT.match(self._text)
        text = json.dumps(document, indent=indent[1] if indent else 2, ensure_ascii=False)
        return text + ("" if self._text and not self._text.endswith("\n") else "\n")

    def _checked(self, text: str, wanted: Mapping[str, Any]) -> str:
        """The text, when it says what it should and nothing else."""
        try:
            said = tomllib.loads(text)
        except ValueError:
            said = {}
        if said != wanted:
            raise self._unusable("it has our table in a shape of its own")
        return text

    def _unusable(self, why: str, *, at: str = "") -> ClientUnusable:
        return ClientUnusable(
            f"{self._client.title}'s configuration is left as it is: {why}",
            at=at or str(self._shown),
            hint="change it by hand; `--print` shows the entry",
        )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is in one object twice")
    return found


def _table(key: str, name: str, entry: Entry) -> str:
    lines = [f"{field} = {_toml(value)}" for field, value in entry.items()]
    return "\n".join([f"[{key}.{name}]", *lines]) + "\n"


def _toml(value: Any) -> str:
    """A string, list, table or boolean as TOML 1.0 has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return "{ " + ", ".join(f"{key if _BARE_KEY.fullmatch(key) else _toml(key)} = {_toml(item)}" for key, item in value.items()) + " }"
