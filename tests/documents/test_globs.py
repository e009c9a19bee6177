"""Globs: what they fit, and whether two of them could fit one text."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.documents import glob_pattern, globs_overlap

GLOBS = st.text("ab*?", max_size=6)


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("acme_*", "acme_scan", True),
        ("acme_*", "acme", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("[ab]", "a", False),
        ("a.c", "abc", False),
        ("A*", "a", False),
        ("*", "", True),
        ("**b**", "aba", True),
        ("*", "a\nb", True),
    ],
)
def test_a_glob_fits(glob: str, text: str, fits: bool) -> None:
    assert (glob_pattern(glob).fullmatch(text) is not None) is fits


@given(GLOBS, st.text("ab", max_size=6))
def test_a_glob_is_what_it_says(glob: str, text: str) -> None:
    plain = "".join({"*": "(?s:.*)", "?": "(?s:.)"}.get(char, char) for char in glob)
    assert (glob_pattern(glob).fullmatch(text) is None) is (re.fullmatch(plain, text) is None)


@given(GLOBS, GLOBS, st.text("ab", max_size=6))
def test_what_fits_both_makes_them_overlap(one: str, other: str, text: str) -> None:
    fits = all(glob_pattern(glob).fullmatch(text) for glob in (one, other))
    assert not fits or globs_overlap(one, other)


@given(GLOBS, GLOBS)
def test_what_overlaps_fits_some_text(one: str, other: str) -> None:
    assert globs_overlap(one, other) is globs_overlap(other, one)
    if globs_overlap(one, other):
        assert any(glob_pattern(one).fullmatch(text) and glob_pattern(other).fullmatch(text) for text in texts(len(one) + len(other)))


def texts(length: int) -> list[str]:
    """Every text of a and b up to that length, shortest first."""
    found = [""]
    for _ in range(min(length, 9)):
        found += [text + char for text in found[-(2 ** (len(found[-1]))) :] for char in "ab"]
    return found


def test_no_pattern_is_slow() -> None:
    started = process_time()
    assert glob_pattern("*a" * 100 + "b").fullmatch("a" * 20_000) is None
    assert not globs_overlap("*a" * 64 + "b", "*b" * 64 + "a")
    assert process_time() - started < 2
