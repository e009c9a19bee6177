from __future__ import annotations

import mcp_types as types
import pytest

from skillpod.model.card import Card
from skillpod.serve.mcp.templates import MOST, TEMPLATE, complete
from tests.serve.mcp.test_skills_extension import card, tool_only

SHELF = [
    card("pdf-forms", files={"references/a b.md": b"", "references/c.md": b""}),
    card("pdf_two", own="pdf-two"),
    tool_only("scanner"),
]


def files_of(card: Card) -> list[str]:
    return [name for name in card.bundle.files if card.name != "scanner"]


def asking(argument: str, begun: str, *, skill: str = "", template: str = TEMPLATE) -> types.CompleteRequestParams:
    return types.CompleteRequestParams(
        ref=types.ResourceTemplateReference(uri=template),
        argument=types.CompletionArgument(name=argument, value=begun),
        context=types.CompletionContext(arguments={"skill": skill}) if skill else None,
    )


def values(*arguments: str, **options: str) -> list[str]:
    return complete(SHELF, asking(*arguments, **options), files_of).completion.values


def test_a_skill_is_completed_among_those_that_have_something_to_read() -> None:
    assert values("skill", "") == ["pdf-forms", "pdf_two"]
    assert values("skill", "pdf_") == ["pdf_two"]


def test_a_path_is_completed_so_that_the_template_gives_the_address_of_a_file() -> None:
    assert values("path", "ref", skill="pdf-forms") == ["references/a%20b.md", "references/c.md"]
    assert values("path", "", skill="pdf_two") == ["pdf-two/SKILL.md"]


@pytest.mark.parametrize(
    ("argument", "begun", "skill", "template"),
    [
        ("path", "", "", TEMPLATE),
        ("path", "", "gone", TEMPLATE),
        ("other", "", "pdf-forms", TEMPLATE),
        ("skill", "", "", "skill://{other}"),
        ("skill", "zzz", "", TEMPLATE),
    ],
)
def test_where_nothing_is_known_nothing_is_suggested(argument: str, begun: str, skill: str, template: str) -> None:
    assert values(argument, begun, skill=skill, template=template) == []


def test_for_a_prompt_nothing_is_suggested_and_whether_there_is_one_is_not_told() -> None:
    for name in ("pdf-forms", "gone"):
        params = types.CompleteRequestParams(
            ref=types.PromptReference(name=name), argument=types.CompletionArgument(name="topic", value="")
        )

        assert complete(SHELF, params, files_of).completion.values == []


def test_an_answer_holds_a_hundred_values_and_says_that_there_are_more() -> None:
    many = [card(f"s{number:03}") for number in range(MOST + 1)]

    completion = complete(many, asking("skill", "s"), files_of).completion

    assert (len(completion.values), completion.total, completion.has_more) == (MOST, MOST + 1, True)
