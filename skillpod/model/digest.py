"""The content address of a skill: the only name a folder's bytes have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NewType

from skillpod.model.later import later

Digest = NewType("Digest", str)
"""``sha256:`` and 64 hex characters."""

_SHAPE = later(r"sha256:[0-9a-f]{64}")


def tree_digest(files: Mapping[str, bytes]) -> Digest:
    """The digest over names and contents: a renamed file is another digest (OMS's own subject digest does not bind names)."""
    tree = hashlib.sha256(b"skillpod.tree.v1\n")
    for name in sorted(files, key=str.encode):
        content = hashlib.sha256(files[name]).hexdigest()
        tree.update(name.encode() + b"\0" + content.encode() + b"\n")
    return Digest(f"sha256:{tree.hexdigest()}")


def value_digest(value: Any) -> Digest:
    """The digest of a JSON value, in one canonical spelling (sorted keys, no spaces)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def is_digest(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def short(digest: str) -> str:
    """``sha256:0123456789ab``: enough for a person, never for a decision."""
    return digest[:19]
