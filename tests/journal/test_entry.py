"""An entry's line: fixed, small, closed to what strangers write into it, and the same value when read back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.errors import JournalCorrupt, JournalUnwritable
from skillpod.journal.entry import (
    MAX_LINE,
    call_at_a_glance,
    decode,
    digest_only,
    encode,
    encode_body,
    encode_body_anyway,
    number,
    sequence,
)
from skillpod.model.command import Desired, Mode
from skillpod.model.entry import Entry, Fact, Salted

TS = 1763700000.123456

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_KINDS: Mapping[str, st.SearchStrategy[Any]] = {
    "str": _text,
    "int": st.integers(0, 2**53),
    "float": st.floats(0, 1e9),
}
_entries = st.builds(
    Entry,
    fact=st.sampled_from(Fact),
    **{
        field.name: _KINDS.get(str(field.type), st.dictionaries(_text, _json, max_size=3))
        for field in dataclasses.fields(Entry)
        if field.name != "fact"
    },
)


def _line(**fields: Any) -> bytes:
    shape = {"v": 1, "seq": 1, "ts": "2025-11-21T04:40:00.000000Z", "node": "n", "fact": "call", **fields}
    return json.dumps({key: value for key, value in shape.items() if value is not ...}).encode() + b"\n"


@given(entry=_entries, seq=st.integers(1, 2**63), ts=st.floats(0, 4e9), node=_text)
@settings(max_examples=150, deadline=None)
def test_an_entry_read_back_is_the_entry_written(entry: Entry, seq: int, ts: float, node: str) -> None:
    line = encode(entry, seq=seq, ts=ts, node=node)
    found = decode(line)
    assert (found.seq, found.node, found.entry) == (seq, node, entry)
    assert abs(found.ts - ts) <= 1e-6
    assert encode(found.entry, seq=found.seq, ts=found.ts, node=found.node) == line
    assert json.loads(line) == json.loads(json.dumps(found.as_dict(), default=dict))


@given(entry=_entries, node=_text)
@settings(max_examples=100, deadline=None)
def test_a_line_is_printable_ascii_with_one_newline_at_its_end(entry: Entry, node: str) -> None:
    line = encode(entry, seq=1, ts=TS, node=node)
    assert line.endswith(b"}\n")
    assert all(0x20 <= byte < 0x80 for byte in line[:-1])


def test_the_exact_bytes_of_a_line() -> None:
    entry = Entry(
        fact=Fact.CALL, actor="owner", skill="scan", tool="find", generation=8, outcome="ok", duration=0.5, arguments={"bytes": 12}
    )
    assert encode(entry, seq=7, ts=TS, node="pod-1") == (
        b'{"v":1,"seq":7,"ts":"2025-11-21T04:40:00.123456Z","node":"pod-1","fact":"call","actor":"owner","skill":"scan",'
        b'"tool":"find","generation":8,"outcome":"ok","arguments":{"bytes":12},"duration":0.5}\n'
    )


def test_every_field_of_an_entry_keeps_its_place_in_the_line() -> None:
    names = [field.name for field in dataclasses.fields(Entry)]
    values: dict[str, Any] = {name: {"a": 1} for name in names} | {"fact": Fact.CALL}
    for field in dataclasses.fields(Entry):
        if str(field.type) in ("str", "int", "float"):
            values[field.name] = {"str": "x", "int": 1, "float": 1.0}[str(field.type)]
    assert list(json.loads(encode(Entry(**values), seq=1, ts=TS, node="n"))) == ["v", "seq", "ts", "node", *names]


def test_text_of_a_skill_can_not_make_a_second_line_or_drive_a_terminal() -> None:
    hostile = 'x\n{"v":1,"seq":2}\r\x1b[2J\x9b31m\u2028\u202e'
    line = encode(Entry(fact=Fact.REFUSED, reason=hostile), seq=1, ts=TS, node="n")
    assert line.count(b"\n") == 1
    assert decode(line).entry.reason == hostile


def test_a_lone_surrogate_becomes_the_replacement_character_and_a_pair_stays() -> None:
    line = encode(Entry(fact=Fact.REFUSED, reason="a\ud800b \U0001f600", error={"\udfff": "\ud83d"}), seq=1, ts=TS, node="n")
    found = decode(line).entry
    assert found.reason == "a\ufffdb \U0001f600"
    assert found.error == {"\ufffd": "\ufffd"}


def test_too_large_a_value_is_replaced_by_its_digest_and_size_and_the_rest_stays() -> None:
    walls = [{"name": "w" * 100, "n": n} for n in range(1000)]
    desired = Desired(name="scan", mode=Mode.FOLLOW, source="folder", actor="owner").as_dict()
    entry = Entry(fact=Fact.PUBLISHED, skill="scan", details={"walls": walls, "desired": desired, "small": 1})
    line = encode(entry, seq=1, ts=TS, node="n")
    details = decode(line).entry.details
    assert len(line) <= MAX_LINE
    assert details["walls"] == {"omitted": "too large", **digest_only(walls)}
    assert details["desired"] == desired
    assert details["small"] == 1


def test_what_is_salted_is_an_hmac_and_without_a_salt_nothing() -> None:
    # HMAC-SHA256 of RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
    text = "what do ya want for nothing?"
    known = "sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    part = {"omitted": "too large", "bytes": 5, "hmac": Salted(text)}
    entry = Entry(fact=Fact.CALL, arguments={"hmac": Salted(text), "values": {"a": part, "b": {"c": 1}}}, result={"hmac": Salted(text)})
    found = decode(encode(entry, seq=1, ts=TS, node="n", salt=b"Jefe")).entry
    assert found.arguments == {"hmac": known, "values": {"a": {**part, "hmac": known}, "b": {"c": 1}}}
    assert found.result == {"hmac": known}
    bare = encode(entry, seq=1, ts=TS, node="n")
    assert b"ya want" not in bare
    assert decode(bare).entry.result == {"omitted": "not JSON", "type": "dict"}
    assert "ya want" not in repr(entry)


@pytest.mark.parametrize("field", ["arguments", "result"])
@pytest.mark.parametrize("value", [{"text": "x" * MAX_LINE}, {f"k{n}": n for n in range(20_000)}])
def test_of_what_callers_said_a_line_never_has_a_digest_to_try_guesses_on(field: str, value: dict[str, Any]) -> None:
    said: dict[str, Any] = {field: {"bytes": 1, "values": value}}
    line = encode(Entry(fact=Fact.CALL, **said), seq=1, ts=TS, node="n")
    assert len(line) <= MAX_LINE
    assert b"sha256:" not in line
    assert b'"omitted":"too large","bytes":' in line


def test_the_largest_values_go_first_and_no_more_than_must() -> None:
    entry = Entry(fact=Fact.REFUSED, details={"large": "x" * 60_000, "less": "y" * 20_000}, error={"reasons": ["z" * 30_000]})
    found = decode(encode(entry, seq=1, ts=TS, node="n")).entry
    assert "omitted" not in found.details["less"]
    assert found.details["large"].startswith("x" * 200)
    assert found.details["large"].endswith("60002 bytes]")
    assert found.error == entry.error


@pytest.mark.parametrize("field", ["reason", "actor", "source"])
def test_a_long_text_keeps_its_beginning(field: str) -> None:
    long: dict[str, Any] = {field: "\U0001f600" * 50_000}
    entry = Entry(fact=Fact.REFUSED, **long)
    line = encode(entry, seq=1, ts=TS, node="n")
    assert len(line) <= MAX_LINE
    assert getattr(decode(line).entry, field).startswith("\U0001f600" * 250)


def test_very_many_small_values_are_replaced_together() -> None:
    entry = Entry(fact=Fact.REFUSED, error={f"k{n}": n for n in range(20_000)}, details={f"k{n}": n for n in range(20_000)})
    line = encode(entry, seq=1, ts=TS, node="n")
    assert len(line) <= MAX_LINE
    assert decode(line).entry.error["omitted"] == "too large"


def test_what_is_folded_into_the_state_is_never_left_out() -> None:
    entry = Entry(fact=Fact.DESIRED, skill="scan", details={"desired": {"config": {"text": "x" * MAX_LINE}}})
    with pytest.raises(JournalUnwritable, match="does not fit a line"):
        encode(entry, seq=1, ts=TS, node="n")


def test_what_is_folded_into_the_state_must_be_json() -> None:
    entry = Entry(fact=Fact.DESIRED, skill="scan", details={"desired": {"config": {"odd": object()}}})
    with pytest.raises(JournalUnwritable, match="not JSON") as caught:
        encode(entry, seq=1, ts=TS, node="n")
    assert caught.value.at == "details.desired"


@pytest.mark.parametrize("desired", [{"text": "x" * MAX_LINE}, {"odd": object()}])
def test_an_entry_that_must_be_kept_is_kept_whatever_is_in_it(desired: dict[str, Any]) -> None:
    entry = Entry(fact=Fact.DESIRED, skill="scan", details={"desired": desired})
    found = decode(number(encode_body_anyway(entry, ts=TS, node="n"), 1)).entry
    assert (found.fact, found.skill) == (Fact.DESIRED, "scan")
    assert found.details["omitted"] == "too large"


class _Colour(Enum):
    RED = "red"


def test_values_of_ours_that_are_almost_json_are_written_as_json() -> None:
    details = {"proxy": MappingProxyType({"a": (1, 2)}), "set": frozenset({"b", "a"}), "enum": _Colour.RED}
    found = decode(encode(Entry(fact=Fact.CALL, details=details), seq=1, ts=TS, node="n")).entry.details
    assert found == {"proxy": {"a": [1, 2]}, "set": ["a", "b"], "enum": "red"}


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf"), Path("x"), {(1, 2): 3}, b"bytes"])
def test_one_value_that_is_not_json_does_not_lose_the_entry(value: Any) -> None:
    found = decode(encode(Entry(fact=Fact.CALL, skill="scan", details={"odd": value, "even": 2}), seq=1, ts=TS, node="n")).entry
    assert found.skill == "scan"
    assert found.details == {"odd": {"omitted": "not JSON", "type": type(value).__name__}, "even": 2}


def test_a_value_that_holds_itself_does_not_lose_the_entry() -> None:
    knot: dict[str, Any] = {}
    knot["knot"] = knot
    found = decode(encode(Entry(fact=Fact.CALL, details=knot, usage={"wall": float("nan")}), seq=1, ts=TS, node="n")).entry
    assert "omitted" in str(found.details)
    assert "omitted" in str(found.usage)


def test_the_number_is_all_that_is_added_to_an_encoded_body() -> None:
    entry = Entry(fact=Fact.CALL)
    assert number(encode_body(entry, ts=TS, node="n"), 12) == encode(entry, seq=12, ts=TS, node="n")


def test_the_time_is_rfc_3339_in_utc_with_microseconds() -> None:
    assert json.loads(encode(Entry(fact=Fact.CALL), seq=1, ts=1.0, node="n"))["ts"] == "1970-01-01T00:00:01.000000Z"
    moment = datetime(2026, 11, 21, 5, 6, 7, 89, tzinfo=UTC)
    assert decode(_line(ts="2026-11-21T05:06:07.000089Z")).ts == moment.timestamp()


def test_fields_of_a_later_version_are_left_out_without_an_error() -> None:
    found = decode(_line(skill="scan", weather="fine", shape={"a": [1]}))
    assert found.entry == Entry(fact=Fact.CALL, skill="scan")


def test_a_line_may_come_without_its_newline() -> None:
    assert decode(_line().rstrip()) == decode(_line())
    assert sequence(_line(seq=9).rstrip()) == 9


@pytest.mark.parametrize(
    ("line", "at", "message"),
    [
        (b"", "", "not a JSON line"),
        (b"\0\0\0\n", "", "not a JSON line"),
        (b'{"v":1\n', "", "not a JSON line"),
        (b"\xff\xfe{}\n", "", "not a JSON line"),
        (b"[1]\n", "", "expected a JSON object, got list"),
        (b"[" * 100_000, "", "not a JSON line"),
        (_line(v=2), "v", "version 1, not 2"),
        (_line(v=...), "v", "not None"),
        (_line(seq=0), "seq", "whole number from 1, got 0"),
        (_line(seq=True), "seq", "got True"),
        (_line(seq="1"), "seq", "got '1'"),
        (_line(node=5), "node", "expected text"),
        (_line(fact="dreamt"), "fact", "'dreamt' is not a fact"),
        (_line(fact=["call"]), "fact", "is not a fact"),
        (_line(fact=...), "fact", "None is not a fact"),
    ],
)
def test_a_line_that_is_no_entry_says_what_is_wrong(line: bytes, at: str, message: str) -> None:
    for read in (decode, sequence):
        with pytest.raises(JournalCorrupt, match=message) as caught:
            read(line)
        assert caught.value.at == at


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (_line(ts="yesterday"), "ts"),
        (_line(ts="2026-11-21T05:06:07.000089+01:00"), "ts"),
        (_line(ts=5), "ts"),
        (_line(ts=...), "ts"),
        (_line(skill=5), "skill"),
        (_line(generation="8"), "generation"),
        (_line(generation=True), "generation"),
        (_line(duration="1"), "duration"),
        (_line(details=[]), "details"),
        (_line(error="x"), "error"),
    ],
)
def test_a_field_of_another_type_is_named(line: bytes, at: str) -> None:
    with pytest.raises(JournalCorrupt) as caught:
        decode(line)
    assert caught.value.at == at


def test_nan_is_no_json_in_a_line() -> None:
    with pytest.raises(JournalCorrupt, match="NaN"):
        decode(b'{"v":1,"seq":1,"ts":"2025-11-21T04:40:00.000000Z","node":"n","fact":"call","duration":NaN}\n')


def test_a_digest_stands_for_a_value_whatever_the_order_of_its_keys() -> None:
    assert digest_only({"a": 1, "b": [2]}) == digest_only({"b": [2], "a": 1})
    assert digest_only({"a": 1})["size"] == len('{"a":1}')


# --- a call at a glance ------------------------------------------------------------------------------------------------------------


@given(entry=_entries)
@settings(max_examples=300)
def test_a_glance_at_a_call_says_what_its_entry_says_or_nothing(entry: Entry) -> None:
    for each in (entry, dataclasses.replace(entry, fact=Fact.CALL), dataclasses.replace(entry, fact=Fact.CALL, skill="scan", outcome="ok")):
        line = encode(each, seq=7, ts=TS, node="n")
        glance = call_at_a_glance(line)
        assert glance is None or (each.fact is Fact.CALL and glance[1:] == (each.skill, each.outcome))


def test_a_glance_is_enough_for_the_calls_that_a_pod_writes() -> None:
    call = Entry(
        fact=Fact.CALL, actor="agent", skill="scan", version="1.2.0", digest="sha256:" + "ab" * 32, tool="find", generation=3,
        outcome="error", caller={"session": "s", "tenant": "t"}, arguments={"values": {"outcome": "ok", "skill": "x"}}, rule="ask",
    )  # fmt: skip
    assert call_at_a_glance(encode(call, seq=7, ts=TS, node="n")) == ("2025-11-21T04:40:00.123456Z", "scan", "error")


@pytest.mark.parametrize("text", ['","outcome":"ok","x":"', '{"outcome":"ok"}', '\\","skill":"owner'])
@pytest.mark.parametrize("field", ["actor", "skill", "version", "tool", "rule", "reason"])
def test_no_text_of_a_stranger_is_taken_for_a_key_at_a_glance(text: str, field: str) -> None:
    said: dict[str, Any] = {"skill": "scan", "outcome": "error", field: text}
    glance = call_at_a_glance(encode(Entry(fact=Fact.CALL, caller={"session": text}, **said), seq=7, ts=TS, node="n"))
    assert glance is None or glance[1:] == (said["skill"], "error")
