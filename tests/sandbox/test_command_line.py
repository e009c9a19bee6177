"""Arguments as words of a command line: what argparse makes of the words is what the caller gave."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.sandbox.guest.command_line import CommandLine, WordsInvalid

PLAN = [
    ("name", "--name", "value"),
    ("short", "-s", "value"),
    ("single", "-single", "value"),
    ("tags", "--tags", "values"),
    ("also", "--also", "each"),
    ("loud", "--loud", "nothing"),
    ("color", "--no-color", "negated"),
    ("verbose", "-v", "count"),
    ("source", "", "value"),
    ("targets", "", "values"),
]
WORDS = st.text(alphabet="-=ab 1.é\n'", max_size=6)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(exit_on_error=False)
    for flag in ("--name", "-s", "-single"):
        made.add_argument(flag, dest={"-s": "short", "-single": "single"}.get(flag))
    made.add_argument("--tags", nargs="*")
    made.add_argument("--also", action="append")
    made.add_argument("--loud", action="store_true", default=None)
    made.add_argument("--no-color", dest="color", action="store_false", default=None)
    made.add_argument("-v", dest="verbose", action="count")
    made.add_argument("source")
    made.add_argument("targets", nargs="*")
    return made


def words(arguments: dict[str, Any]) -> list[str]:
    return CommandLine(is_plain=False, arguments=PLAN).words(arguments)


@given(
    st.fixed_dictionaries(
        {"source": WORDS},
        optional={
            "name": WORDS,
            "short": WORDS,
            "single": WORDS,
            "tags": st.lists(WORDS, max_size=3),
            "also": st.lists(WORDS, min_size=1, max_size=3),
            "loud": st.just(True),
            "color": st.just(False),
            "verbose": st.integers(1, 3),
            "targets": st.lists(WORDS, min_size=1, max_size=3),
        },
    )
)
def test_what_a_program_reads_is_what_was_given_or_the_call_is_refused(arguments: dict[str, Any]) -> None:
    try:
        line = words(arguments)
    except WordsInvalid:
        return
    read = {name: value for name, value in vars(parser().parse_args(line)).items() if value not in (None, [])}
    assert read == {name: value for name, value in arguments.items() if value != []}


def test_flags_come_first_and_positional_words_in_their_order() -> None:
    given = {"targets": ["b", "c"], "source": "a", "verbose": 2, "color": False, "loud": True, "name": "x y", "short": "z"}
    assert words(given) == ["--name=x y", "-s", "z", "--loud", "--no-color", "-v", "-v", "a", "b", "c"]


def test_a_flag_that_is_off_or_null_is_not_said() -> None:
    assert words({"loud": False, "color": True, "verbose": 0, "name": None, "source": "a"}) == ["a"]


@pytest.mark.parametrize("value", ["-x", "--loud", "-5"])
def test_a_value_that_begins_like_a_flag_stays_a_value(value: str) -> None:
    assert words({"name": value, "short": value, "source": value}) == [f"--name={value}", f"-s{value}", "--", value]


@pytest.mark.parametrize("arguments", [{"tags": ["a", "--loud"]}, {"source": "--"}, {"targets": ["--"]}, {"also": ["--"]}, {"name": "--"}])
def test_what_no_command_line_can_say_is_refused_by_name(arguments: dict[str, Any]) -> None:
    with pytest.raises(WordsInvalid, match=f"^{next(iter(arguments))}: "):
        words(arguments)


@pytest.mark.parametrize(
    ("value", "word"), [(3, "3"), (3.0, "3"), (-0.5, "-0.5"), (1e300, "1e+300"), (True, "true"), ({"é": [1]}, '{"é": [1]}'), ("", "")]
)
def test_values_are_words_as_a_shell_would_have_them(value: Any, word: str) -> None:
    assert words({"source": value})[-1] == word


def test_a_plain_command_line_is_handed_over_as_it_is() -> None:
    line = CommandLine(is_plain=True, arguments=())
    assert line.words({"args": ["-x", "--", "--", ""], "stdin": "s"}) == ["-x", "--", "--", ""]
    assert line.words({"stdin": "s"}) == line.words({"args": None}) == []
