"""What a caller can read of a tool and of a skill before it uses them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

import pytest

from skillpod.errors import UnknownTool
from skillpod.model.command import OWNER, Caller
from skillpod.model.manifest import SkillTest
from skillpod.registry.catalog import EXAMPLES, MANUAL_LIMIT, Catalog
from skillpod.registry.dispatch import NAMED
from skillpod.registry.registry import Registry, Route
from skillpod.registry.search import Search
from tests.support.registry import AnsweringGuests, card, seen_of, spec

_Result = TypeVar("_Result")

MANUAL = "# text\n\nCount before you cut.\n"


def library() -> Registry:
    registry = Registry()
    count = replace(
        spec("text", "count", properties={"text": {"type": "string"}}, required=["text"], output={"type": "integer"}),
        description="Count the words of a text.\n\nAll of them.",
        hints=MappingProxyType({"title": "Count words", "read_only": True, "deprecated": MappingProxyType({"replaced_by": "tally"})}),
    )
    draw = replace(spec("text", "draw"), description="Draw a text as an image.", is_content=True)
    tests = tuple(SkillTest(tool="count", arguments=MappingProxyType({"text": f"word {number}"})) for number in range(5))
    publish(registry, "text", count, draw, tests=tests, tags=("words",), files={"README.md": MANUAL.encode()})
    publish(registry, "guide", files={"README.md": b"x" * (MANUAL_LIMIT + 5)}, description="How to count words by hand.")
    publish(registry, "plain")
    return registry


def publish(registry: Registry, skill: str, *tools: Any, **said: Any) -> None:
    registry.publish(Route(card=card(skill, *tools, **said), guests=AnsweringGuests(lambda tool, arguments: None)))


def ask(registry: Registry, work: Callable[[Catalog], Awaitable[_Result]]) -> _Result:
    async def asking() -> _Result:
        search = Search(seen_of(registry))
        try:
            return await work(Catalog(seen_of(registry), search))
        finally:
            await search.close()

    return asyncio.run(asking())


def describe(name: str, caller: Caller = OWNER, registry: Registry | None = None) -> dict[str, Any]:
    return ask(registry or library(), lambda catalog: catalog.describe(name, caller))


def test_a_tool_is_told_with_all_one_must_know_to_call_it() -> None:
    told = describe("text__count")
    related = told.pop("related")
    assert told == {
        "name": "text__count",
        "kind": "tool",
        "title": "Count words",
        "description": "Deprecated: use tally. Count the words of a text.\n\nAll of them.",
        "input_schema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False},
        "output_schema": {"type": "integer"},
        "hints": {"read_only": True, "deprecated": {"replaced_by": "tally"}},
        "examples": [{"text": f"word {number}"} for number in range(EXAMPLES)],
        "skill": "text",
        "version": "1.0.0",
    }
    assert [found["name"] for found in related] == ["guide"]


def test_what_a_tool_has_not_is_not_mentioned() -> None:
    assert set(describe("text__draw")) == {"name", "kind", "description", "input_schema", "output", "skill", "version", "related"}


def test_a_tool_that_gives_content_says_so_instead_of_a_schema() -> None:
    assert "content blocks" in describe("text__draw")["output"]


def test_a_skill_is_told_with_its_tools_and_its_manual() -> None:
    told = describe("text")
    assert told["tools"] == [
        {"name": "text__count", "description": "Deprecated: use tally. Count the words of a text. All of them."},
        {"name": "text__draw", "description": "Draw a text as an image."},
    ]
    assert (told["kind"], told["version"], told["tags"], told["instructions"]) == ("skill", "1.0.0", ["words"], MANUAL)
    assert describe("plain")["instructions"] == ""


def test_a_manual_that_is_too_long_is_cut_and_says_so() -> None:
    manual = describe("guide")["instructions"]
    assert manual.startswith("x" * MANUAL_LIMIT)
    assert manual.endswith(f"\n\n[cut here: the first {MANUAL_LIMIT} of {MANUAL_LIMIT + 5} characters]")


@pytest.mark.parametrize("name", ["text__count", "text", "guide"])
def test_a_description_is_plain_json(name: str) -> None:
    told = describe(name)
    assert json.loads(json.dumps(told)) == told


def test_a_name_that_is_a_tools_and_a_skills_is_told_as_the_tool_with_the_skills_manual() -> None:
    registry = Registry()
    publish(registry, "greet", replace(spec("greet", "greet"), exported="greet"), files={"README.md": b"Be kind."})
    told = describe("greet", registry=registry)
    assert (told["kind"], told["instructions"]) == ("tool", "Be kind.")


@pytest.mark.parametrize(("name", "hint"), [("text__cuont", "`text__count`"), ("txet", "`text`"), ("guid", "`guide`")])
def test_an_unknown_name_is_told_with_the_nearest_one(name: str, hint: str) -> None:
    with pytest.raises(UnknownTool) as refused:
        describe(name)
    assert hint in refused.value.hint


def test_an_unknown_name_that_is_like_nothing_is_sent_to_search() -> None:
    with pytest.raises(UnknownTool, match="there is no tool or skill `qqqq`") as refused:
        describe("qqqq")
    assert "skillpod_search" in refused.value.hint


def test_of_an_unknown_name_no_more_is_repeated_than_names_have() -> None:
    with pytest.raises(UnknownTool) as refused:
        describe("word " * 100_000)
    assert len(str(refused.value.as_dict())) < 3 * NAMED


@pytest.mark.parametrize("name", ["text", "text__count", "txet", "text__cuont"])
def test_what_is_not_seen_is_as_unknown_as_what_is_not_there(name: str) -> None:
    for work in (
        lambda catalog: catalog.describe(name, Caller(sees=("plain",))),
        lambda catalog: catalog.related(name, 5, Caller(sees=("plain",))),
    ):
        with pytest.raises(UnknownTool) as refused:
            ask(library(), work)
        assert (refused.value.message, refused.value.hint) == (
            f"there is no tool or skill `{name}`",
            "skillpod_search finds what there is",
        )


def test_nothing_unseen_is_related() -> None:
    assert {found["skill"] for found in describe("text__count")["related"]} == {"guide"}
    assert {found["skill"] for found in describe("text__count", Caller(sees=("text",)))["related"]} == {"text"}


def test_relations_of_an_unknown_name_are_refused() -> None:
    with pytest.raises(UnknownTool):
        ask(library(), lambda catalog: catalog.related("nobody"))
