"""What audits are tried on: our vectors, packages of the standard library and one of our skills, each written out as a skill's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skillpod.model.bundle import Bundle
from skillpod.model.names import path_fault
from tests.audit.vectors import vectors

LIBRARY = Path(json.__file__).parent.parent
PACKAGES = (
    *("asyncio", "collections", "concurrent", "ctypes", "curses", "dbm", "email", "html", "http", "importlib", "json", "logging"),
    *("multiprocessing", "re", "sqlite3", "tomllib", "unittest", "urllib", "wsgiref", "xml", "xmlrpc", "zoneinfo"),
)
"""All that have more than one module and are no tests, tables or programs."""

MANIFEST = "manifest.yaml"
_EXPECTATION = b"# expect: "
_ABOUT = """---
name: {name}
description: Helps to work with text and numbers. Use it when the user asks for that.
license: Apache-2.0
---
# {name}

Call the functions of the modules beside this file.
"""
"""What a peer needs that looks at agent skills only. It says nothing that could be held against a skill."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The names of the folders of each kind; they tell nothing of what is in them."""

    malicious: frozenset[str]
    honest: frozenset[str]
    titles: Mapping[str, str]


def write_vectors(folder: Path, most: int) -> Cases:
    """At most so many of each kind. Their first line, which says what we expect, is left empty.

    Left out are those with names that no folder can have, and honest ones that ask a person for what their manifest wants."""
    kinds: dict[str, list[str]] = {"malicious": [], "honest": []}
    titles: dict[str, str] = {}
    for kind, names in kinds.items():
        for vector in vectors(kind)[:most]:
            name = f"case-{len(titles):04}"
            files = dict(vector.bundle.files)
            if any(path_fault(path) or len(path) > 200 for path in files) or (kind == "honest" and vector.expected != "none"):
                continue
            expectation, _, rest = files["handler.py"].partition(b"\n")
            if expectation.startswith(_EXPECTATION):
                files["handler.py"] = b"#" + (b"\r\n" if expectation.endswith(b"\r") else b"\n") + rest
            if MANIFEST in files:  # which must have the folder's name
                files[MANIFEST] = re.sub(rb"^name:.*", b"name: " + name.encode(), files[MANIFEST], flags=re.MULTILINE)
            write_skill(folder / name, files)
            names.append(name)
            titles[name] = vector.name
    return Cases(frozenset(kinds["malicious"]), frozenset(kinds["honest"]), titles)


def write_skill(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files, and a SKILL.md where they have none."""
    for name, content in {"SKILL.md": _ABOUT.format(name=folder.name).encode(), **files}.items():
        path = folder / name
        if ".." in path.parts:
            raise ValueError(f"{name} leads out of {folder}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def standard_library(packages: Sequence[str]) -> Iterator[tuple[str, Bundle]]:
    """The Python of each package below a folder's root, as if an author had copied it."""
    for package in packages:
        root = LIBRARY / package
        paths = [path for path in root.rglob("*.py") if not any(part.startswith("test") for part in path.relative_to(root).parts)]
        yield package, Bundle.freeze({path.relative_to(root).as_posix(): path.read_bytes() for path in paths})
