"""Strangers' patterns: the same answers as ``re``, in time linear in the text, or a refusal beforehand."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.documents import Schema, pattern_fault
from skillpod.documents.patterns import PatternRefused, compile_pattern, is_found


@pytest.mark.parametrize(
    ("pattern", "found", "missed"),
    [
        ("", ["", "a"], []),
        ("^$", [""], ["a", "\n"]),
        ("a", ["a", "bab"], ["", "b"]),
        ("^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", ["a", "a1-b_c"], ["", "-a", "a-", "a--b", "a\n"]),
        ("^\\d{2,3}$", ["12", "123"], ["1", "1234", "\u0661\u0661"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]),
        ("^a{2,}$", ["aa", "aaaa"], ["a"]),
        ("^(ab|cd)?$", ["", "ab", "cd"], ["abcd"]),
        ("^(?:a|(?P<n>b))+?c$", ["abc", "bac"], ["c"]),
        ("^[^a-c\\d]$", ["d", "\n", "\U0001f600"], ["a", "1", ""]),
        ("^[]a-]+$", ["]", "a-"], ["b"]),
        ("^[\\w.+-]+@[a-z]+\\.[a-z]{2,}$", ["a.b+c@x.org"], ["a@x", "@x.org"]),
        ("^.$", ["a", "\u00e9"], ["\n", "", "ab"]),
        ("\\u00e9|\\x41|\\u{1F600}", ["\u00e9", "A", "\U0001f600"], ["a"]),
        ("^\\s\\S$", [" a", "\u00a0b"], ["ab", "  "]),
        ("a\\.b\\*\\/\\\\", ["a.b*/\\"], ["axb*/\\"]),
        ("^\\Aa\\Z", ["a"], ["ba", "a\n"]),
        ("a|^b$", ["xa", "b"], ["xb"]),
        ("{}", ["{}"], [""]),
    ],
)
def test_a_pattern_finds_what_it_says(pattern: str, found: list[str], missed: list[str]) -> None:
    assert pattern_fault(pattern) == ""
    assert [text for text in found if not is_found(pattern, text)] == []
    assert [text for text in missed if is_found(pattern, text)] == []


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "lacks a `)`"),
        (")", "has a `)` too many"),
        ("[a", "ends too early"),
        ("\\", "ends too early"),
        ("*a", "has nothing before `*` to repeat"),
        ("a**", "repeats a repetition"),
        ("a{2}{3}", "repeats a repetition"),
        ("^*", "repeats an end of the text"),
        ("a{3,2}", "has a count"),
        ("a{1001}", "has a count"),
        ("[z-a]", "has a range"),
        ("[\\d-z]", "has a range"),
        ("(?=a)", "look-around and flags are not accepted"),
        ("(?<!a)b", "look-around and flags are not accepted"),
        ("(?i)a", "look-around and flags are not accepted"),
        ("(a)\\1", "has `\\1`"),
        ("\\bword", "has `\\b`"),
        ("\\p{L}", "has `\\p`"),
        ("\\u{110000}", "beyond Unicode"),
        ("(" * 60 + ")" * 60, "nested too deeply"),
        ("a" * 1001, "at most 1000"),
        ("((((a{10}){10}){10}){10})", "is too large"),
        ("[ab]*a[ab]{30}$", "has too many ways to match"),
    ],
)
def test_what_has_no_small_automaton_is_refused_with_the_reason(pattern: str, said: str) -> None:
    began = time.process_time()
    assert said in pattern_fault(pattern)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a|aa)+$", "^(.*a){10}$", "a*a*a*a*a*b$", "^\\S+( \\S+)*$"])
def test_what_would_hold_re_for_ever_takes_linear_time(pattern: str) -> None:
    assert pattern_fault(pattern) == ""
    text = "a" * 200_000 + "!"
    began = time.process_time()
    is_found(pattern, text)
    assert time.process_time() - began < 1


_PIECES = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\d", "\\w", "\\s", "", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"])).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    ),
    max_leaves=8,
)


@given(_PIECES, st.lists(st.text("ab1 \n", max_size=6), min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_the_answers_are_those_of_re(pattern: str, texts: list[str]) -> None:
    try:
        automaton = compile_pattern(pattern)
    except PatternRefused:
        return
    expected = re.compile(pattern.replace("$", "\\Z"), re.ASCII)
    for text in texts:
        assert automaton.is_found(text) == bool(expected.search(text)), (pattern, text)


@given(st.text("ab()[]{}*+?|^$\\.-,0123dwx", max_size=14))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_pattern_or_is_refused(pattern: str) -> None:
    if pattern_fault(pattern) == "":
        is_found(pattern, "ab01")


# --- in a schema -----------------------------------------------------------------------------------------------------------------


def test_a_schemas_pattern_is_matched_in_linear_time() -> None:
    schema = Schema({"type": "string", "pattern": "^(a+)+$"})
    began = time.process_time()
    assert not schema.accepts("a" * 100_000 + "!")
    assert len(schema.faults("a" * 100_000 + "!", name="it")) == 1
    assert time.process_time() - began < 1


def test_unique_items_of_mixed_kinds_take_linear_time() -> None:
    schema = Schema({"uniqueItems": True})
    items = [value for number in range(50_000) for value in (number, str(number))]
    began = time.process_time()
    assert schema.accepts(items)
    assert not schema.accepts([*items, 7])
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("items", "is_unique"),
    [
        ([1, 1.0], False),
        ([1, True], True),
        ([0, False, None, ""], True),
        ([[1], [1]], False),
        ([{"a": [1]}, {"a": [True]}], True),
        ([{}, []], True),
    ],
)
def test_unique_means_unequal_as_json(items: list[object], is_unique: bool) -> None:
    assert Schema({"uniqueItems": True}).accepts(items) is is_unique


def test_a_value_too_deep_for_a_recursive_schema_is_a_fault_and_no_crash() -> None:
    schema = Schema({"$ref": "#/$defs/N", "$defs": {"N": {"type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}}}})
    value: dict[str, object] = {}
    for _ in range(900):
        value = {"n": value}
    assert not schema.accepts(value)
    assert [fault.message for fault in schema.faults(value, name="it")] == ["nested too deeply"]
