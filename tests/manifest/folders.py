"""Bundles as an author would write them, and what is said of them."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from skillpod.documents import read_json
from skillpod.errors import ManifestInvalid
from skillpod.manifest.describe import describe
from skillpod.manifest.parse import ManifestReader
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.resources import packaged_text

HANDLER = b"from skillpod import tool\n\n@tool\ndef scan(package: str) -> str:\n    return package\n"
MANIFEST = """\
name: find_vulnerability
version: "1.2.0"
description: Look up known vulnerabilities.
author: Jane Doe <jane@example.org>
"""


def reader(**running: str) -> ManifestReader:
    return ManifestReader(read_json(packaged_text("manifest/schema.json"), name="schema.json"), **running)


def bundle(manifest: str = MANIFEST, **files: bytes) -> Bundle:
    """``handler.py`` and ``README.md`` are there unless other files are given; ``__`` in a name stands for a dot."""
    named = {name.replace("__", "."): content for name, content in files.items()}
    return Bundle.freeze({"manifest.yaml": manifest.encode(), **(named or {"handler.py": HANDLER, "README.md": b"# x"})})


def read(more: str = "", *, folder: str = "", manifest: str = MANIFEST, **files: bytes) -> Manifest:
    return reader().read(bundle(manifest + textwrap.dedent(more), **files), folder=folder)


def reasons(caught: pytest.ExceptionInfo[ManifestInvalid]) -> list[str]:
    return [str(reason) for reason in caught.value.reasons]


def manifest_faults(more: str = "", **given: Any) -> list[str]:
    """The faults of a manifest, each as its one line."""
    with pytest.raises(ManifestInvalid) as caught:
        read(more, **given)
    return reasons(caught)


HEAD = "from __future__ import annotations\nfrom skillpod import Context, Field, tool\n"


def tools(source: str, *, manifest: str = "", head: str = HEAD, **files: str) -> tuple[ToolSpec, ...]:
    """The tools of a handler; ``models=`` and ``**{"kinds/units.py": ...}`` are further modules."""
    named = {name if "." in name else f"{name}.py": textwrap.dedent(text).encode() for name, text in files.items()}
    handler = (head + textwrap.dedent(source)).encode()
    whole = Bundle.freeze({"manifest.yaml": (MANIFEST + textwrap.dedent(manifest)).encode(), "handler.py": handler, **named})
    return describe(whole, reader().read(whole))


def one(source: str, **files: str) -> ToolSpec:
    (spec,) = tools(source, **files)
    return spec


def faults(source: str, **given: Any) -> list[str]:
    """The faults of a handler, each as its one line."""
    with pytest.raises(ManifestInvalid) as caught:
        tools(source, **given)
    return reasons(caught)


def argument(annotation: str, before: str = "", **files: str) -> dict[str, Any]:
    """The schema of a parameter with this annotation."""
    schema = one(f"{textwrap.dedent(before)}\n@tool\ndef f(x: {annotation}): ...\n", **files).input_schema
    found: dict[str, Any] = {**schema["properties"]["x"]}
    if "$defs" in schema:
        found["$defs"] = schema["$defs"]
    return found
