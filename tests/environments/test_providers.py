"""What we tell the providers' APIs is what their SDKs take, and what their SDKs give is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.environments.conftest import Run
from tests.environments.words import SAID

IDS = ["c0", "c1", "c2", "c3", "c4"]
TOOLS = 9
"""Six of the skill, three of the pod."""


@pytest.fixture(scope="module")
def told(run: Run) -> dict[str, Any]:
    return run("providers", "providers")


@pytest.mark.parametrize("provider", ["openai", "openai-chat", "anthropic", "gemini"])
def test_every_tool_is_of_the_sdks_own_type(told: dict[str, Any], provider: str) -> None:
    assert told[provider]["tools"] == TOOLS


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_deferred_tools_are_too_and_a_search_is_beside_them(told: dict[str, Any], provider: str) -> None:
    assert told[provider]["deferred"] == TOOLS + 1


@pytest.mark.parametrize("provider", ["openai", "openai-chat", "anthropic", "gemini"])
def test_calls_of_the_sdks_type_are_answered_in_order(told: dict[str, Any], provider: str) -> None:
    texts = [text if isinstance(text, str) else json.dumps(text) for text in told[provider]["texts"]]
    assert told[provider]["ids"] == IDS
    assert '"said": "HI!HI!"' in texts[0]
    assert '"label": "there"' in texts[1]
    assert "look" in texts[2]
    assert "boom" in texts[3]
    assert "did you mean `words__shout`?" in texts[4]


def test_openai_is_strict_but_for_open_dicts(told: dict[str, Any]) -> None:
    assert {"words__shout", "words__farthest", "words__words"} <= set(told["openai"]["strict"])
    assert not {"words__count", "skillpod_call"} & set(told["openai"]["strict"])
    assert json.loads(told["openai"]["texts"][0]) == SAID


def test_anthropic_is_given_the_manifests_tests_as_examples(told: dict[str, Any]) -> None:
    assert told["anthropic"]["examples"] == {"words__shout": [{"text": "hi", "times": 1}]}


def test_gemini_is_given_the_bytes_of_a_picture(told: dict[str, Any]) -> None:
    assert told["gemini"]["picture"] == ["image/png", "b'pixels'"]
