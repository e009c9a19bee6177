"""The examples of docs/function-calling.md, run as they stand there with the SDKs' own clients, as far as the network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.environments.conftest import Run

LOOPS = ("OpenAI", "OpenAI Chat Completions", "Anthropic", "Gemini", "Without a loop")


@pytest.fixture(scope="module")
def told(run: Run) -> dict[str, Any]:
    return run("providers", "documented")


def test_every_example_is_run(told: dict[str, Any]) -> None:
    assert told.keys() == {*LOOPS, "MCP"}


@pytest.mark.parametrize("heading", LOOPS)
def test_an_example_makes_two_requests_and_prints_what_the_model_says(told: dict[str, Any], heading: str) -> None:
    assert told[heading]["printed"] == "It is creme-brulee.\n"
    first, second = told[heading]["requests"]
    assert first["tools"] == second["tools"]
    assert "text_tools__slugify" in str(first["tools"])


def test_the_example_of_mcp_prints_structured_content(told: dict[str, Any]) -> None:
    assert told["MCP"]["printed"].endswith("{'result': 'creme-brulee'}\n")
