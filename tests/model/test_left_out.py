"""The published list of what no bundle holds."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

from skillpod.model.left_out import LEFT_OUT, is_left_out, reason_left_out

DOCUMENT = Path(__file__).parents[2] / "docs" / "intake.md"

TEMPORARIES = [
    *(".git", ".gitignore", ".gitattributes", ".github", "__pycache__", "handler.pyc", "handler.cpython-311.pyc", ".mypy_cache"),
    *(".handler.py.swp", ".handler.py.swo", "handler.py~", "4913", "#handler.py#", ".#handler.py", ".goutputstream-4XK2T1"),
    *("handler.py___jb_tmp___", "handler.py.tmp", ".DS_Store", "._handler.py", "Thumbs.db", ".venv", ".coverage"),
]
KEPT = [
    *("handler.py", ".env", ".config", "notes.bak", "tmp", "git", "4914", ".swp.txt", "pycache", ".venvs", "x.tmpl", "venv", "thumbs.db"),
    *("skill.oms.sig", "handler.PYC", "a.swp", ".coveragerc", ""),
]


@pytest.mark.parametrize("name", TEMPORARIES)
def test_a_name_on_the_list_is_left_out_with_a_reason(name: str) -> None:
    assert is_left_out(name)
    assert reason_left_out(name)


@pytest.mark.parametrize("name", KEPT)
def test_any_other_name_is_part_of_the_bundle(name: str) -> None:
    assert not is_left_out(name)
    assert reason_left_out(name) == ""


def test_a_name_can_not_end_its_match_early_with_a_newline() -> None:
    assert not is_left_out("4913\nhandler.py")
    assert not is_left_out("4913\n")


def test_the_list_agrees_with_fnmatch_pattern_by_pattern() -> None:
    for pattern, reason in LEFT_OUT:
        example = pattern.replace("[a-p]", "p").replace("*", "x")
        assert fnmatch.fnmatchcase(example, pattern)
        assert is_left_out(example)
        assert reason


def test_the_document_publishes_every_pattern_with_its_reason() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for pattern, reason in LEFT_OUT:
        assert f"`{pattern}`" in text
        assert reason in text
