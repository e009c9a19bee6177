"""A real pod's tools called by each agent framework, with a scripted model where the framework runs one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.environments.conftest import Run
from tests.environments.words import SAID

# --- LangChain ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def langchain(run: Run) -> dict[str, Any]:
    return run("langchain", "langchain")


def test_langchain_gets_a_tool_message(langchain: dict[str, Any]) -> None:
    status, content, call = langchain["shout"]
    assert (status, json.loads(content), call) == ("success", SAID, "id of words__shout")


def test_langchain_gets_a_failure_as_an_error_to_read(langchain: dict[str, Any]) -> None:
    assert (langchain["fail"][0], json.loads(langchain["fail"][1])["error"]["message"]) == ("error", "boom")
    assert (langchain["count"][0], "arguments_invalid" in langchain["count"][1]) == ("error", True)


def test_langchain_takes_parameters_that_have_the_names_of_its_own(langchain: dict[str, Any]) -> None:
    assert langchain["words"][:2] == ["success", '["a", "b", "c"]']


def test_langchain_gets_pictures_as_blocks(langchain: dict[str, Any]) -> None:
    assert langchain["picture"][1][1] == {"type": "image", "base64": "cGl4ZWxz", "mime_type": "image/png"}


def test_langchain_tells_models_the_schema_as_it_is(langchain: dict[str, Any]) -> None:
    times = langchain["schema"]["function"]["parameters"]["properties"]["times"]
    assert times == {"type": "integer", "default": 2, "description": "How often."}
    assert "skillpod_search" in langchain["names"]


def test_langchain_calls_a_blocking_pod_in_both_ways(langchain: dict[str, Any]) -> None:
    assert langchain["blocking"] == langchain["blocking, awaited"] == '["a", "b", "none"]'
    assert "boom" in langchain["blocking, failed"]
    assert "ainvoke" in langchain["not awaited"]


# --- OpenAI Agents -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def agents(run: Run) -> dict[str, Any]:
    return run("openai-agents", "openai_agents")


def test_openai_agents_runs_every_call_and_reads_failures(agents: dict[str, Any]) -> None:
    shouted, counted, _, failed, broken = agents["read"]
    assert (json.loads(shouted), counted) == (SAID, "3")
    assert json.loads(failed)["error"]["message"] == "boom"
    assert json.loads(broken)["error"]["code"] == "arguments_invalid"
    assert agents["output"] == "done"


def test_openai_agents_sees_pictures(agents: dict[str, Any]) -> None:
    assert [part["type"] for part in agents["read"][2]] == ["input_text", "input_image"]


def test_openai_agents_gets_strict_schemas_where_there_are_any(agents: dict[str, Any]) -> None:
    assert [name for name, strict in agents["strict"].items() if not strict] == ["words__count"]
    assert agents["shout"]["required"] == ["text", "times", "mood"]


# --- Pydantic AI -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pydantic_ai(run: Run) -> dict[str, Any]:
    return run("pydantic-ai", "pydantic_ai")


def test_pydantic_ai_sees_a_skill_that_appears_while_it_runs(pydantic_ai: dict[str, Any]) -> None:
    assert ["later__greet" in names for names in pydantic_ai["offered"]] == [False, False, True, True]
    assert pydantic_ai["read"]["later__greet"] == ["returned", "success", "Hello you"]
    assert pydantic_ai["output"] == "done"


def test_pydantic_ai_gets_values(pydantic_ai: dict[str, Any]) -> None:
    assert pydantic_ai["read"]["words__shout"] == pydantic_ai["read"]["again_words__shout"] == ["returned", "success", SAID]
    assert pydantic_ai["read"]["words__picture"] == ["returned", "success", ["look", ["image/png", "pixels"]]]


def test_pydantic_ai_is_asked_again_for_wrong_arguments_and_told_of_failures(pydantic_ai: dict[str, Any]) -> None:
    failed, wrong = pydantic_ai["read"]["words__fail"], pydantic_ai["read"]["words__count"]
    assert ("boom" in failed[2], failed[1]) == (True, "failed")
    assert ("arguments_invalid" in wrong[2], wrong[1]) == (True, "retried")


# --- smolagents --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def smolagents(run: Run) -> dict[str, Any]:
    return run("smolagents", "smolagents")


def test_smolagents_writes_code_that_calls_tools_and_uses_their_values(smolagents: dict[str, Any]) -> None:
    assert smolagents["code"] == ["HI!HI!", "here", 3, "hello"]


def test_smolagents_calls_tools_and_reads_failures(smolagents: dict[str, Any]) -> None:
    (failure,) = smolagents["failures"]
    assert '"message": "boom"' in failure
    assert smolagents["observed"][0] == str(SAID)


def test_smolagents_tells_models_schemas_without_references(smolagents: dict[str, Any]) -> None:
    schemas = smolagents["schemas"]
    assert schemas["words__farthest"]["properties"]["points"]["items"]["properties"]["x"] == {"type": "number"}
    assert schemas["words__shout"]["required"] == ["text"]
    assert schemas["words__words"]["properties"]["run_manager"]["type"] == ["integer", "string"]
    assert "$ref" not in json.dumps(schemas)


def test_smolagents_gets_text_of_content_and_a_pod_it_can_wait_for(smolagents: dict[str, Any]) -> None:
    assert smolagents["picture"].startswith("look\n[content of type image/png")
    assert "SkillManager.blocking" in smolagents["refused"]


# --- documentation -----------------------------------------------------------------------------------------------------------------


def test_the_documented_examples_run(
    langchain: dict[str, Any], agents: dict[str, Any], pydantic_ai: dict[str, Any], smolagents: dict[str, Any]
) -> None:
    assert [json.loads(answer) for answer in langchain["documented"]] == [SAID]
    assert agents["documented"] == pydantic_ai["documented"] == "done"
    assert smolagents["documented"].endswith("HI!HI!\n")
