"""Agent Skills as authors write them, and what is read of them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from skillpod.errors import ManifestInvalid
from skillpod.manifest.describe import describe
from skillpod.model.bundle import Bundle
from skillpod.model.manifest import Manifest, ToolSpec
from tests.manifest.folders import reader, reasons

SKILL = """\
---
name: pdf-tools
description: Fill and split PDF files. Use it when somebody hands you a form.
---

# PDF tools

Read `references/forms.md` first.
"""
MAIN = 'if __name__ == "__main__":\n    main()\n'


def skill_md(
    more: str = "", *, name: str = "name: pdf-tools", description: str = "description: Fill PDF forms.", body: str = "# x\n"
) -> str:
    """A SKILL.md; each part of its frontmatter can be something else, or nothing."""
    lines = [line for line in (name, description, textwrap.dedent(more).strip("\n")) if line]
    return "\n".join(["---", *lines, "---", "", body])


def frozen(skill: str | bytes = SKILL, files: Mapping[str, str] | None = None) -> Bundle:
    """SKILL.md, and further files by name."""
    content = skill.encode() if isinstance(skill, str) else skill
    return Bundle.freeze({"SKILL.md": content, **{name: textwrap.dedent(text).encode() for name, text in (files or {}).items()}})


def read(skill: str | bytes = SKILL, *, folder: str = "pdf-tools", files: Mapping[str, str] | None = None) -> Manifest:
    return reader().read(frozen(skill, files), folder=folder)


def faults(skill: str | bytes, *, folder: str = "pdf-tools", files: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ManifestInvalid) as caught:
        read(skill, folder=folder, files=files)
    return reasons(caught)


def tools(files: Mapping[str, str] | None = None) -> dict[str, ToolSpec]:
    """The tools of a folder with these files, by name."""
    bundle = frozen(SKILL, files)
    return {spec.name: spec for spec in describe(bundle, reader().read(bundle, folder="pdf-tools"))}


def program(arguments: str, *, before: str = "", parser: str = 'argparse.ArgumentParser(description="Fill a form.")') -> str:
    """A program with a parser, these lines about it, and a ``__main__`` block."""
    lines = textwrap.indent(textwrap.dedent(arguments).strip("\n"), "    ")
    head = f"import argparse\n{textwrap.dedent(before)}\n\ndef main():\n    parser = {parser}\n"
    return f'{head}{lines}\n    args = parser.parse_args()\n    print(args)\n\n\nif __name__ == "__main__":\n    main()\n'


def described(arguments: str, *, before: str = "") -> ToolSpec:
    """The tool that such a program becomes."""
    return tools({"scripts/fill.py": program(arguments, before=before)})["fill"]
