"""Content that a tool returned, for a person: its texts as they are, its images, audio and files by what they are or in a folder."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from skillpod.cli.quantities import size
from skillpod.errors import PathUnusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One block that is no text. ``name`` is a plain file name: the skill's own for a file, ``image-1.png`` and the like for others."""

    name: str
    type: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.name} ({self.type}, {size(len(self.data))})"


def parts(blocks: Iterable[Mapping[str, Any]]) -> Iterator[str | Attachment]:
    """The blocks of a result that was held to their shape: texts and attachments, in order."""
    for number, block in enumerate(blocks, 1):
        yield block["text"] if block["type"] == "text" else _attachment(block, number)


def _attachment(block: Mapping[str, Any], number: int) -> Attachment:
    if block["type"] != "resource":
        suffix = mimetypes.guess_extension(block["mimeType"]) or ""
        return Attachment(name=f"{block['type']}-{number}{suffix}", type=block["mimeType"], data=base64.b64decode(block["data"]))
    resource = block["resource"]
    data = base64.b64decode(resource["blob"]) if "blob" in resource else resource["text"].encode()
    return Attachment(name=unquote(resource["uri"].rpartition("/")[2]), type=resource["mimeType"], data=data)


def save(attachment: Attachment, folder: Path) -> Path:
    """Write it into a folder, which is made when it is not there; a file that is there already is never written over. Raises
    PathUnusable."""
    path = folder / attachment.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # SAFE: the skill chose the name, and a link there is not followed either
            file.write(attachment.data)
    except FileExistsError:
        raise PathUnusable("there is a file of this name already", at=str(path), hint="give another folder with --save") from None
    except OSError as fault:
        raise PathUnusable(f"it can't be saved: {fault.strerror}", at=str(path), hint="give another folder with --save") from None
    return path
