"""YAML and JSON from strangers: what is read, what is refused, and where the fault is said to be."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.documents import MAX_DEPTH, MAX_FAULTS, Schema, did_you_mean, fromyaml, meta_faults, read_json, read_yaml, schema_faults
from skillpod.errors import DocumentInvalid


def refused(text: bytes, read: Any = read_yaml) -> DocumentInvalid:
    with pytest.raises(DocumentInvalid) as caught:
        read(text, name="it")
    return caught.value


def outcome(text: bytes, read: Any = read_yaml) -> Any:
    """What is read, or the fault."""
    try:
        return read(text, name="it")
    except DocumentInvalid as fault:
        return fault


# --- YAML ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("0", 0),
        ("-12", -12),
        ("1.20", 1.2),
        ("1e3", 1000.0),
        ("0777", "0777"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("+1", "+1"),
        ("2026-01-01", "2026-01-01"),
        ("1.2.0", "1.2.0"),
        ('"1"', "1"),
        ("'true'", "true"),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">\n  a\n  b\n", "a b\n"),
        ('"<<"', "<<"),
        ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"),
    ],
)
def test_a_scalar_is_read_without_surprises(written: str, read: Any) -> None:
    found = read_yaml(f"a: {written}\n".encode(), name="it")["a"]
    assert (found, type(found)) == (read, type(read))


def test_a_document_becomes_plain_json_values() -> None:
    assert read_yaml(b"---\na: [1, {b: c}]\nd:\n  - e\n...\n", name="it") == {"a": [1, {"b": "c"}], "d": ["e"]}


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        (b"", "it:1:1", "the document is empty"),
        (b"# only a comment\n", "it:1:1", "the document is empty"),
        (b"a: 1\nb: &x 2\n", "it:2:4", "anchors and aliases"),
        (b"a: *x\n", "it:1:4", "anchors and aliases"),
        (b"a: !!str 1\n", "it:1:4", "tags"),
        (b"a: !python/object:os.system {}\n", "it:1:4", "tags"),
        (b"! a\n", "it:1:1", "tags"),
        (b"%YAML 1.1\n---\na: 1\n", "it:1:1", "directives"),
        (b"a:\n  <<: {b: 1}\n", "it:2:3", "merge keys"),
        (b"a: 1\nb: 2\na: 3\n", "it:3:1", "the key 'a' is here for the second time"),
        (b"{a: 1, 'a': 2}\n", "it:1:8", "second time"),
        (b"1: a\n", "it:1:1", "the key 1 is not a string"),
        (b"true: a\n", "it:1:1", "the key true is not a string"),
        (b"null: a\n", "it:1:1", "the key nothing is not a string"),
        (b"? [a]\n: 1\n", "it:1:3", "can't be a key"),
        (b"a: 1\n---\nb: 1\n", "it:2:1", "a second document"),
        (b"a: .inf\n", "it:1:4", "not a finite number"),
        (b"a: -.NaN\n", "it:1:4", "not a finite number"),
        (b"a: 1e999\n", "it:1:4", "too large"),
        (b"a: " + b"9" * 5000 + b"\n", "it:1:4", "too long"),
        (b"a: b: c\n", "it:1:5", "not YAML"),
        (b"a: 'b\n", "it:2:1", "not YAML"),
        (b"\ta: 1\n", "it:1:1", "not YAML"),
        (b"a: \xff\n", "it:1:4", "not UTF-8"),
        ("a: 1\n".encode("utf-16"), "it:1:1", "not UTF-8"),
        (b"\xef\xbb\xbfa: 1\n", "it:1:1", "byte order mark"),
        (b"a: 1\nb: \x00\n", "it:2:4", "NUL"),
        (b"a: \x1b[31m\n", "it:1:4", "U+001B"),
    ],
)
def test_what_is_refused_says_where_and_why(text: bytes, at: str, message: str) -> None:
    fault = refused(text)
    assert fault.at == at
    assert message in fault.message


def test_every_refusal_about_style_says_what_to_do() -> None:
    for text in (b"a: &x 1", b"a: !!str 1", b"a: 1\na: 1", b"1: a", b"a: .nan", b"<<: {}", b"a: 1\n---\nb: 1", b"a: b: c"):
        assert refused(text).hint


@pytest.mark.parametrize(
    "text",
    [
        b"&a [*a]\n" * 120_000,
        b"a: &a [x, x]\n" + b"b: [*a, *a]\n" * 60_000,
        b"[" * 1_000_000,
        b"{" * 1_000_000,
        b"- " * 500_000,
        b"!" * 1_000_000,
        b"a: " + b"x" * 2_000_000,
        b"- a\n" * 250_000,
    ],
    ids=["anchors", "laughs", "brackets", "braces", "dashes", "tags", "bytes", "values"],
)
def test_a_megabyte_of_malice_is_refused_at_once(text: bytes) -> None:
    began = time.process_time()
    refused(text)
    assert time.process_time() - began < 0.5


def test_the_deepest_document_is_read_and_one_level_more_is_refused() -> None:
    deepest = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert read_yaml(deepest, name="it")
    assert read_json(deepest, name="it")
    assert "nested deeper" in refused(b"[" + deepest + b"]").message
    assert "nested deeper" in refused(b"[" + deepest + b"]", read_json).message


def test_a_tab_that_indents_is_named() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        read_yaml(b"limits:\n\twall: 1s\n", name="it")
    assert caught.value.hint == "indent with spaces, not tabs; and quote a text that begins with @ or `"


@pytest.mark.parametrize("text", [b"a: [1, yes, {b: 'c'}]\nd: |\n  e\n", b"a: &x 1", b"a: 1\na: 2", b"a: [", b'a: "\\ud800"', b"a: !b c"])
def test_without_libyaml_the_same_is_read_and_refused(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = outcome(text)
    monkeypatch.setattr(fromyaml, "_LibYaml", None)
    slow = outcome(text)
    assert (type(slow), slow) == (type(fast), fast) or (isinstance(fast, type(slow)) and isinstance(slow, DocumentInvalid))


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
@settings(max_examples=150, deadline=None)
def test_any_json_value_comes_back_from_json(value: Any) -> None:
    assert read_json(json.dumps(value).encode(), name="it") == value


@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}'\"#&*!|>%@`,? \n01.", max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_and_nothing_else(text: bytes) -> None:
    for read in (read_yaml, read_json):
        found = outcome(text, read)
        assert found.at.startswith("it") if isinstance(found, DocumentInvalid) else json.dumps(found, allow_nan=False).encode()


# --- JSON ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        (b"", "it:1:1", "not JSON"),
        (b'{"a": 1,\n "b" 2}', "it:2:6", "not JSON"),
        (b"[1] x", "it:1:5", "not JSON"),
        (b'{"a": 1, "a": 2}', "it", "the key 'a' is in one object twice"),
        (b"[NaN]", "it", "NaN is not JSON"),
        (b"-Infinity", "it", "not JSON"),
        (b"1e999", "it", "too large"),
        (b"9" * 5000, "it", "too long"),
        (b"[" * 100_000, "it", "nested deeper"),
        (b'{"a": ["\\ud800"]}', "it:a[0]", "surrogate"),
        (b'{"\\udc00": 1}', "it", "surrogate"),
        (b'"\x00"', "it:1:2", "NUL"),
        (b"\xff", "it:1:1", "not UTF-8"),
    ],
)
def test_json_that_is_refused_says_where_and_why(text: bytes, at: str, message: str) -> None:
    fault = refused(text, read_json)
    assert fault.at == at
    assert message in fault.message


def test_a_surrogate_pair_in_json_is_one_character() -> None:
    assert read_json(b'"\\ud83d\\ude00"', name="it") == "\U0001f600"


# --- did you mean ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "hint"),
    [("limts", "did you mean `limits`?"), ("Read-Only", "did you mean `read_only`?"), ("zebra", ""), ("", ""), ("limits" * 10_000, "")],
)
def test_a_near_word_is_suggested(word: str, hint: str) -> None:
    assert did_you_mean(word, ["limits", "read_only", "tests"]) == hint


# --- JSON Schema -----------------------------------------------------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 4},
        "kind": {"enum": ["skill", "pack"]},
        "wall": {"type": "string", "pattern": "^[0-9]+s$", "patternErrorMessage": "a duration", "examples": ["10s"]},
        "on": {"type": "boolean"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "tests": {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": {"tool": {"type": "string"}}}},
        "rule": {
            "oneOf": [
                {"type": "object", "required": ["allow"], "additionalProperties": False, "properties": {"allow": {"type": "string"}}},
                {"type": "string"},
            ]
        },
    },
}


def told(value: Any, schema: Any = SCHEMA) -> list[str]:
    return [str(fault) for fault in schema_faults(value, schema, name="m")]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "m: expected a mapping, got an empty list"),
        ({}, "m:name: required, and not there (add it)"),
        ({"name": 12}, 'm:name: expected a string, got 12 (put it in quotes: "12")'),
        ({"name": "a"}, "m:name: expected at least 2 characters, got 1"),
        ({"name": "abcde"}, "m:name: expected at most 4 characters, got 5"),
        ({"name": "ab", "kind": "skil"}, "m:kind: expected one of skill, pack, got 'skil' (did you mean `skill`?)"),
        ({"name": "ab", "wall": 10}, "m:wall: expected a duration, got 10 (for example 10s)"),
        ({"name": "ab", "wall": "10s\n"}, "m:wall: expected a duration, got '10s\\n'"),
        ({"name": "ab", "on": "yes"}, "m:on: expected true or false, got 'yes' (write true or false)"),
        ({"name": "ab", "count": True}, "m:count: expected a whole number, got true"),
        ({"name": "ab", "count": 0}, "m:count: expected at least 1, got 0"),
        ({"name": "ab", "tests": "x"}, "m:tests: expected a list, got 'x' (a list of one is written [x])"),
        ({"name": "ab", "tests": [{}, {"tool": None}]}, "m:tests[1].tool: expected a string, got nothing"),
        ({"name": "ab", "tests": [{}, {}, {}]}, "m:tests: expected at most 2 items, got 3"),
        ({"name": "ab", "tsts": []}, "m:tsts: unknown key (did you mean `tests`?)"),
        ({"name": "ab", "zzz": 1}, "m:zzz: unknown key (the keys here are: name, kind, wall, on, count, tests, rule)"),
        ({"name": "ab", "rule": {"alow": "x"}}, "m:rule.allow: required, and not there (add it)"),
        ({"name": "ab", "rule": 3}, "m:rule: expected a mapping or a string, got 3"),
    ],
)
def test_a_fault_is_said_in_our_words(value: Any, fault: str) -> None:
    assert fault in told(value)


def test_every_fault_is_said_at_once_in_the_order_of_the_paths() -> None:
    value = {"kind": 1, "count": 99, "tests": [{"tool": 1}, {"tool": 2}], "extra": 1}
    found = told(value)
    assert [line.split(": ")[0] for line in found] == ["m:count", "m:extra", "m:kind", "m:name", "m:tests[0].tool", "m:tests[1].tool"]
    assert found == told(dict(reversed(value.items())))


def test_a_flood_of_faults_is_cut_and_the_cut_is_said() -> None:
    found = told({f"unknown{number}": 1 for number in range(5000)})
    assert len(found) == MAX_FAULTS + 1
    assert "not shown" in found[-1]


def test_a_hostile_key_can_not_speak_to_a_terminal() -> None:
    assert "\x1b" not in told({"name": "ab", "\x1b[2J": 1})[0]
    assert "\x1b" not in told({"name": "\x1b[2J\x1b[2J"})[0]


def test_one_schema_judges_many_values() -> None:
    schema = Schema(SCHEMA)
    assert schema.accepts({"name": "ab"})
    assert not schema.accepts({"name": "a"})
    assert schema.faults({"name": "ab"}, name="m") == []


@pytest.mark.parametrize(
    ("step", "number", "fits"),
    [
        (0.5, 1.5, True),
        (0.5, 1.25, False),
        (2, 4.0, True),
        (2, 3, False),
        (0.5, 10**400, True),  # no float is as large; the library raises
        (1e200, 10**400 + 1, False),
        (10**400, 0.5, False),
        (1e-300, 1e300, False),
        (0.5, 1e308, True),
        (2, True, True),  # true is no number
    ],
)
def test_a_multiple_is_found_among_numbers_of_any_size(step: float, number: float, fits: bool) -> None:
    assert Schema({"multipleOf": step}).accepts(number) is fits
    assert bool(schema_faults(number, {"multipleOf": step}, name="it")) is not fits


@pytest.mark.parametrize("schema", [{"anyOf": [False]}, {"oneOf": [False, False]}, {"anyOf": [False, {"not": {}}]}])
def test_alternatives_that_take_nothing_are_a_fault_and_no_crash(schema: dict[str, Any]) -> None:
    assert schema_faults(1, schema, name="it")


def test_a_place_below_a_place_goes_on_with_a_dot() -> None:
    faults = schema_faults({"a": 1}, {"properties": {"a": {"type": "string"}}}, name="manifest.yaml:config.schema")
    assert faults[0].at == "manifest.yaml:config.schema.a"


def test_what_is_no_schema_is_said() -> None:
    assert meta_faults({"type": "object"}, name="s") == []
    assert [fault.at for fault in meta_faults({"type": "objct", "properties": []}, name="s")] == ["s:properties", "s:type"]


def test_nan_never_gets_through() -> None:
    assert math.isfinite(read_yaml(b"a: 1.5", name="it")["a"])
    assert read_yaml(b"a: nan", name="it") == {"a": "nan"}
