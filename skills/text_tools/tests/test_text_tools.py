"""Plain tests of the author's own: run `python -m pytest` in this folder."""

from __future__ import annotations

from handler import compare, count, redact, slugify


def test_counts_what_a_model_would_guess() -> None:
    assert count("Twenty-one words? No: five.") == {"words": 4, "lines": 1, "characters": 27, "sentences": 2}


def test_slugs_are_safe_in_addresses() -> None:
    assert slugify("Crème Brûlée, à la carte!") == "creme-brulee-a-la-carte"


def test_equal_texts_do_not_differ() -> None:
    assert compare("same", "same") == ""


def test_a_card_number_is_one_only_with_the_right_check_digit() -> None:
    assert redact("4111 1111 1111 1111")["found"]["card"] == 1
    assert redact("4111 1111 1111 1112")["found"]["card"] == 0
