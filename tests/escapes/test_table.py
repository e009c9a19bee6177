"""docs/escapes.md has a row for each idea, each idea a row, and both say the same."""

from __future__ import annotations

import re
from pathlib import Path

from tests.escapes.collection import Idea, collected

PAGE = Path(__file__).parent.parent.parent / "docs" / "escapes.md"
LONGEST_SENTENCE = 160


def row(idea: Idea) -> str:
    stops = ", ".join(f"`{name}`" if re.fullmatch("[a-z_]+", name) else name for name in idea.stopped_by)
    return f"| [{idea.name}](../tests/escapes/ideas/{idea.name}.py) | {idea.sentence} | {stops} |"


def test_the_table_and_the_files_are_equal() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    written = [line for line in lines if line.startswith("| [")]
    assert sorted(written) == sorted(map(row, collected()))


def test_each_idea_is_a_sentence_or_two_that_can_be_read_in_a_table() -> None:
    for idea in collected():
        assert re.fullmatch(r"[A-Z][^|]*\.", idea.sentence), idea.name
        assert len(idea.sentence) <= LONGEST_SENTENCE, idea.name
        assert idea.stopped_by, idea.name
