"""Tools as each API's ``tools`` parameter takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skillpod.errors import CommandInvalid, TooManyTools
from skillpod.model.manifest import ToolSpec
from skillpod.registry.functions import PROVIDERS, Defer, Offered, tool_definitions
from skillpod.registry.stable import CALL, SEARCH, SPECS
from tests.support.registry import spec

SHOUT = spec("alpha", "shout", properties={"text": {"type": "string"}, "times": {"type": "integer", "default": 1}}, required=["text"])
OPEN = spec("alpha", "open", properties={"labels": {"type": "object", "additionalProperties": {"type": "string"}}}, required=["labels"])


def defined(provider: str, *specs: ToolSpec, defer: Defer = Defer.NOTHING) -> list[dict[str, Any]]:
    return tool_definitions(provider, [Offered(each) for each in specs], defer=defer)


def hinted(**hints: Any) -> ToolSpec:
    return replace(SHOUT, hints=hints)


# --- the shapes --------------------------------------------------------------------------------------------------------------------


def test_openai_takes_flat_functions_strict_where_they_can_be() -> None:
    shout, opened = defined("openai", SHOUT, OPEN)
    assert (shout["type"], shout["name"], shout["description"], shout["strict"]) == ("function", "alpha__shout", "shout of alpha", True)
    assert shout["parameters"]["required"] == ["text", "times"]
    assert (opened["strict"], opened["parameters"]) == (False, OPEN.input_schema)


def test_openai_chat_takes_them_nested() -> None:
    (shout,) = defined("openai-chat", SHOUT)
    assert shout.keys() == {"type", "function"}
    assert (shout["type"], shout["function"]["name"], shout["function"]["strict"]) == ("function", "alpha__shout", True)


def test_anthropic_takes_the_schema_as_it_is() -> None:
    assert defined("anthropic", SHOUT) == [{"name": "alpha__shout", "description": "shout of alpha", "input_schema": SHOUT.input_schema}]


def test_anthropic_is_given_the_examples_that_fit_and_are_short() -> None:
    examples = ({"text": "a"}, {"text": 5}, {"text": "b" * 5_000}, {"text": "c", "times": 2}, {"text": "d"}, {"text": "e"})
    (shout,) = tool_definitions("anthropic", [Offered(SHOUT, examples)])
    assert shout["input_examples"] == [{"text": "a"}, {"text": "c", "times": 2}, {"text": "d"}]


def test_gemini_takes_one_tool_that_holds_all_declarations() -> None:
    (tool,) = defined("gemini", SHOUT, OPEN)
    declarations = tool["function_declarations"]
    assert [each["name"] for each in declarations] == ["alpha__shout", "alpha__open"]
    assert declarations[0]["parameters_json_schema"] == SHOUT.input_schema


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_tools_are_an_empty_list(provider: str) -> None:
    assert defined(provider) == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_stable_tools_have_every_shape(provider: str) -> None:
    assert defined(provider, *SPECS)


# --- words -------------------------------------------------------------------------------------------------------------------------


def test_a_deprecated_tool_says_so_first() -> None:
    (tool,) = defined("anthropic", hinted(deprecated={"replaced_by": "yell", "until": "2027-01-01"}))
    assert tool["description"] == "Deprecated, and gone after 2027-01-01: use yell. shout of alpha"
    (tool,) = defined("mcp", hinted(deprecated={}))
    assert tool["description"] == "shout of alpha"


def test_a_title_is_said_in_the_description_where_there_is_no_field_for_it() -> None:
    assert [each["description"] for each in defined("openai", hinted(title="Shout"))] == ["Shout: shout of alpha"]
    (tool,) = defined("mcp", hinted(title="Shout"))
    assert (tool["title"], tool["description"], tool["annotations"]["title"]) == ("Shout", "shout of alpha", "Shout")


def test_a_description_that_is_too_long_is_cut() -> None:
    (tool,) = defined("openai", replace(SHOUT, description="x" * 5_000))
    assert len(tool["description"]) == 1024
    assert tool["description"].endswith("x\u2026")


# --- limits ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("provider", "limit"), [("openai-chat", 128), ("gemini", 512)])
def test_more_tools_than_an_api_takes_are_refused_with_what_to_do(provider: str, limit: int) -> None:
    specs = [spec("many", f"tool{number}") for number in range(limit + 1)]
    assert defined(provider, *specs[:-1])
    with pytest.raises(TooManyTools, match=f"{limit + 1} tools are more than the {limit}") as refused:
        defined(provider, *specs)
    assert 'offer="stable"' in refused.value.hint
    assert refused.value.code == "too_many_tools"


def test_an_api_without_a_limit_takes_a_thousand() -> None:
    assert len(defined("anthropic", *(spec("many", f"tool{number}") for number in range(1000)))) == 1000


def test_a_provider_we_do_not_speak_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CommandInvalid) as refused:
        defined("opneai")
    assert "openai" in refused.value.hint
    with pytest.raises(CommandInvalid) as refused:
        defined("soap")
    assert refused.value.hint == "one of: openai, openai-chat, anthropic, gemini, mcp"


# --- deferred ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("provider", "search"), [("anthropic", "tool_search_tool_bm25_20251119"), ("openai", "tool_search")])
def test_deferred_tools_come_with_the_apis_own_search_and_the_stable_ones_stay_in_sight(provider: str, search: str) -> None:
    found = defined(provider, SHOUT, *SPECS, defer=Defer.SKILLS)
    in_sight = [each for each in found if not each.get("defer_loading")]
    assert search in [each.get("type") for each in in_sight]
    assert {SEARCH, CALL} <= {each.get("name") for each in in_sight}
    assert [each["name"] for each in found if each.get("defer_loading")] == ["alpha__shout"]


@pytest.mark.parametrize("provider", ["openai-chat", "gemini", "mcp"])
def test_an_api_without_a_search_defers_nothing(provider: str) -> None:
    with pytest.raises(CommandInvalid, match="no tool search") as refused:
        defined(provider, SHOUT, defer=Defer.SKILLS)
    assert "openai, anthropic can" in refused.value.hint
