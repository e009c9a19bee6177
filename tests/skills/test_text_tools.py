"""text_tools by plain import."""

from __future__ import annotations

import pytest

from tests.skills.shipped import module

handler = module("text_tools")


@pytest.mark.parametrize(
    ("text", "words", "lines", "sentences"),
    [
        ("", 0, 0, 0),
        ("one", 1, 1, 1),
        ("One two.\nThree?", 3, 2, 2),
        ("Don't split it, please", 4, 1, 1),
        ("Version 1.2.3 is out.", 6, 1, 1),
        ("naïve café über-cool", 3, 1, 1),
        ("What?! Really... yes", 3, 1, 3),
    ],
)
def test_words_lines_and_sentences_are_counted(text: str, words: int, lines: int, sentences: int) -> None:
    counted = handler.count(text)
    assert (counted["words"], counted["lines"], counted["sentences"]) == (words, lines, sentences)
    assert counted["characters"] == len(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Crème Brûlée!", "creme-brulee"), ("  --  ", ""), ("Don't panic", "dont-panic"), ("a/b\\c:d", "a-b-c-d"), ("日本", "")],
)
def test_a_slug_is_lower_case_ascii_words(text: str, slug: str) -> None:
    assert handler.slugify(text) == slug


def test_a_slug_is_cut_between_words() -> None:
    assert handler.slugify("one two three", longest=9) == "one-two"
    assert handler.slugify("extraordinary", longest=5) == "extra"
    assert handler.slugify("one two", separator="_") == "one_two"


def test_equal_texts_have_no_difference_and_others_a_unified_diff() -> None:
    assert handler.compare("a\nb", "a\nb") == ""
    assert handler.compare("a\nb", "a\nc", context=0) == "--- before\n+++ after\n@@ -2 +2 @@\n-b\n+c"


def test_what_is_personal_is_replaced_and_counted() -> None:
    text = "ann@example.org, +41 44 123 45 67, 192.168.0.1, 4111 1111 1111 1111, ghp_abcdefghijklmnop"
    cleaned = handler.redact(text)
    assert cleaned["text"] == "[email], [phone], [ip], [card], [token]"
    assert cleaned["found"] == {"token": 1, "email": 1, "ip": 1, "card": 1, "phone": 1}


def test_only_what_was_asked_for_is_replaced() -> None:
    assert handler.redact("ann@example.org 10.0.0.1", kinds=["ip"])["text"] == "ann@example.org [ip]"


@pytest.mark.parametrize("text", ["4111 1111 1111 1112", "256.1.1.1", "1.2.3", "ann@", "2026-01-01", "sk-short"])
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert handler.redact(text)["text"] == text


def test_a_long_hostile_text_is_cleaned_in_time() -> None:
    text = "1 " * 50_000 + "a" * 50_000 + "@" * 1000 + "+1" * 10_000
    assert "a" * 50_000 in handler.redact(text)["text"]
