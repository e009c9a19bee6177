"""Launches of skills whose tools are programs, from source text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import dedent
from typing import Any

from skillpod.model.bundle import Bundle
from skillpod.model.guest import Launch
from skillpod.model.manifest import Script, ScriptArgument, ToolSpec
from tests.support.guests import launch


def program(file: str, *arguments: tuple[str, str, str], name: str = "run") -> ToolSpec:
    """The tool of one program; ``arguments`` are name, flag and what it takes, and without any its command line is plain."""
    planned = tuple(ScriptArgument(name=own, flag=flag, takes=takes) for own, flag, takes in arguments)
    return ToolSpec(
        skill="probe",
        name=name,
        exported=f"probe__{name}",
        description="A program of the tests.",
        input_schema={"type": "object"},
        output_schema=None,
        parameters=(),
        script=Script(file=file, is_plain=not planned, arguments=planned),
    )


def program_launch(
    source: str,
    *more: ToolSpec,
    arguments: tuple[tuple[str, str, str], ...] = (),
    files: Mapping[str, bytes] | None = None,
    **options: Any,
) -> Launch:
    """A skill with ``scripts/run.py`` as its tool ``run``, ``more`` tools, and no entry unless ``files`` has ``handler.py``."""
    tools = (program("scripts/run.py", *arguments), *more)
    bundled = {"scripts/run.py": dedent(source).encode(), **(files or {})}
    if "handler.py" not in bundled:
        return without_entry(launch("", files=bundled, tools=tools, **options))
    handler = bundled["handler.py"].decode()
    return launch(handler, files=bundled, tools=(*launch(handler).tools, *tools), **options)


def without_entry(started: Launch) -> Launch:
    """The same launch as a folder with SKILL.md and no handler.py has it."""
    bundle = Bundle.freeze({name: content for name, content in started.bundle.files.items() if name != "handler.py"})
    admission = replace(started.admission, digest=bundle.digest)
    return replace(started, bundle=bundle, admission=admission, manifest=replace(started.manifest, entry=""))
