"""Return annotations that say content, as the host reads them from the source, and what may not be mixed with it."""

from __future__ import annotations

from types import ModuleType

import pytest

from skillpod.sandbox.guest.tools import find
from skillpod.sdk import Content
from tests.manifest.folders import faults, one

BEFORE = """
import skillpod
import typing as t
from skillpod import *
from typing import Annotated, Any, List, Optional, Tuple, Union

Picture = Image
Piece = str | Picture
Report = list[Piece]
"""
CONTENT = [
    "Image",
    "Audio",
    "File",
    "Content",
    "skillpod.Image",
    "skillpod.Content",
    '"Image"',
    "list[Image]",
    "List[File]",
    "list[str | Image | File]",
    'list["str | Image"]',
    "tuple[str, Image]",
    "Tuple[Image, ...]",
    "str | Image",
    "Image | list[Audio]",
    "Union[Image, str]",
    "t.Union[str, t.List[t.Union[str, File]]]",
    "Annotated[list[Annotated[Image, 'one']], 'several']",
    "Picture",
    "Report",
    "Piece | Report",
]
NOT_CONTENT = ["str", "list[str]", "str | list[str]", "dict[str, str]", "Any", "None", "Optional[str]", "tuple[str, ...]", "bool | None"]


def handler(annotation: str) -> str:
    return f"{BEFORE}\n@tool\ndef f() -> {annotation}: ...\n"


@pytest.mark.parametrize("annotation", CONTENT)
def test_content_has_no_output_schema(annotation: str) -> None:
    spec = one(handler(annotation))
    assert (spec.is_content, spec.output_schema) == (True, None)


@pytest.mark.parametrize("annotation", NOT_CONTENT)
def test_other_results_are_not_content(annotation: str) -> None:
    assert not one(handler(annotation)).is_content


@pytest.mark.parametrize("annotation", CONTENT + NOT_CONTENT)
def test_host_and_guest_read_the_same_annotation_alike(annotation: str) -> None:
    module = ModuleType("handler")
    source = f"from __future__ import annotations\n{handler(annotation)}".replace("import *", "import Audio, Content, File, Image, tool")
    exec(compile(source, "handler.py", "exec", dont_inherit=True), module.__dict__)
    assert (find(vars(module))["f"].returns is Content) is one(handler(annotation)).is_content


@pytest.mark.parametrize(
    ("annotation", "fault"),
    [
        ("Image | dict", "handler.py:14:20: tool `f`, its result: content can't be mixed with `dict`"),
        ("list[Image | dict[str, int]]", "content can't be mixed with `dict[str, int]`"),
        ("Image | None", "content can't be mixed with `None` (return an empty list to say nothing)"),
        ("Optional[Image]", "content can't be mixed with `None` (return an empty list to say nothing)"),
        ("Content | int", "content can't be mixed with `int`"),
        ("list[Image | list[str]]", "content can't be mixed with `list[str]`"),
        ("list[Image | Content]", "content can't be mixed with `Content`"),
        ("list[list[Image]]", "`skillpod.Image` has no JSON shape we know (content is what a tool returns, alone or in a list"),
        ("dict[str, Image]", "`skillpod.Image` has no JSON shape we know"),
        ("t.Sequence[Image]", "`skillpod.Image` has no JSON shape we know"),
        ("Image | Missing", "`Missing` is not defined in this file"),
        ("Image | 'dict['", "is not Python"),
    ],
)
def test_content_mixed_with_anything_else_is_refused_at_its_place(annotation: str, fault: str) -> None:
    lines = faults(handler(annotation))
    assert any(fault in line for line in lines), lines


def test_a_dataclass_and_a_parameter_can_not_hold_content() -> None:
    held = "from dataclasses import dataclass\n@dataclass\nclass Row:\n    picture: Image\n"
    (inside,) = faults(f"{BEFORE}{held}@tool\ndef f() -> Row: ...\n")
    (given,) = faults(f"{BEFORE}@tool\ndef f(picture: Image): ...\n")
    assert "field `picture`: `skillpod.Image` has no JSON shape we know" in inside
    assert "take or hold base64 text as a str" in given


def test_a_picture_made_of_itself_or_of_too_many_names_is_refused() -> None:
    (circle,) = faults(f'{BEFORE}Loop = Image | list["Loop"]\n@tool\ndef f() -> Loop: ...\n')
    assert "content can't be mixed with" in circle
    doubling = "".join(f"A{level} = A{level - 1} | A{level - 1}\n" for level in range(1, 20))
    assert any("the type is too large" in line for line in faults(f"{BEFORE}A0 = Image\n{doubling}@tool\ndef f() -> A19: ...\n"))
