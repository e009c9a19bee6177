"""Entries in the shapes of others: CEF read back by its own rules, OCSF as JSON; what a skill wrote forges neither field nor record."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.journal.report import cef, ocsf
from skillpod.journal.report.weight import Weight, weight
from skillpod.model.entry import Entry, Fact
from tests.support.log_entries import EXAMPLES, NODE, NOON, recorded

ATTACKS = [
    "plain",
    "two\nlines",
    "carriage\rreturn",
    "a|pipe",
    "an=equals",
    "back\\slash",
    "\\",
    "ends with \\",
    "x outcome=ok suser=owner",
    "x\nCEF:0|skillpod|skillpod|0|approved|forged|8|suser=owner",
    'x","severity_id":1,"message":"forged',
    '"}\n{"class_uid":6002}',
    "nul\x00 bell\x07 esc\x1b[2J",
    "line\u2028separator paragraph\u2029separator next\x85line",
    "vertical\x0btab form\x0cfeed",
    "bidi\u202egnp.exe",
    "zero\u200bwidth",
    "größer €",
]


def parsed(line: str) -> tuple[list[str], dict[str, str]]:
    """A CEF event as the standard says it is read: the header's fields by unescaped pipes, the values by unescaped equals signs."""
    assert line.endswith("\n")
    assert len(line.splitlines()) == 1  # of any kind of line's end that Python knows
    *header, extension = re.split(r"(?<!\\)(?:\\\\)*\|", line[:-1], maxsplit=7)
    keys = list(re.finditer(r"(?:^| )([A-Za-z0-9]+)=", re.sub(r"\\.", "..", extension)))
    values = {}
    for index, key in enumerate(keys):
        end = keys[index + 1].start() if index + 1 < len(keys) else len(extension)
        assert key[1] not in values, f"{key[1]} is there twice"
        values[key[1]] = re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), extension[key.end() : end])
    return header, values


@pytest.mark.parametrize("fact", Fact)
def test_an_event_of_cef_has_a_header_of_seven_and_known_values(fact: Fact) -> None:
    event = recorded(EXAMPLES[fact], 41)
    header, values = parsed(cef.line(event, version="0.1.0"))
    assert header[:5] == ["CEF:0", "skillpod", "skillpod", "0.1.0", fact.value]
    assert 0 <= int(header[6]) <= 10
    assert values["externalId"] == "41"
    assert values["rt"] == str(int((NOON + 41) * 1000))
    assert values["dvchost"] == NODE
    assert all(values[f"{key}Label"] for key in values if re.fullmatch(r"c[sn]\d", key))


def test_a_call_of_cef_says_who_what_and_how_it_went() -> None:
    _, values = parsed(cef.line(recorded(EXAMPLES[Fact.CALL]), version="0.1.0"))
    said = {values[f"{key}Label"]: value for key, value in values.items() if f"{key}Label" in values}
    assert (values["suser"], values["act"], values["outcome"], values["reason"]) == ("agent-7", "scan__find", "error", "tool_raised")
    assert said == {
        "skill": "scan", "version": "1.2.0", "tool": "find", "rule": "ask", "session": "s-1", "generation": "2", "milliseconds": "2"
    }  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_what_a_skill_wrote_stays_inside_its_value(text: str) -> None:
    entry = Entry(fact=Fact.GUEST_DIED, actor=text, skill=text, tool=text, rule=text, reason=text, outcome="error", error={"code": text})
    line = cef.line(recorded(entry), version="0.1.0")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\u200b]", line)
    header, values = parsed(line)
    assert header[4:] == ["guest_died", "a guest died of itself", "5"]
    assert values["outcome"] == "error"
    if all(each.isprintable() or each in "\r\n" for each in text):
        assert [values[key] for key in ("suser", "msg", "reason", "cs1")] == [text] * 4
    event = ocsf.line(recorded(entry), version="0.1.0")
    assert event.isascii()
    assert event.count("\n") == 1
    shape = json.loads(event)
    assert (shape["message"], shape["app"]["name"], shape["actor"]["user"]["name"]) == (text,) * 3
    assert (shape["class_uid"], shape["severity_id"]) == (6002, 3)


@given(text=st.text(max_size=200), version=st.text(max_size=20))
@settings(max_examples=200)
def test_no_text_at_all_makes_a_second_record_or_another_field(text: str, version: str) -> None:
    entry = Entry(fact=Fact.REFUSED, actor=text or "a", skill="scan", reason=text, error={"code": text})
    header, values = parsed(cef.line(recorded(entry), version=version))
    assert len(header) == 7
    assert set(values) <= {"rt", "externalId", "dvchost", "cat", "suser", "reason", "msg", "cs1", "cs1Label"}
    assert json.loads(ocsf.line(recorded(entry), version=version))["type_uid"] == 600201


def test_a_long_text_is_cut_where_cef_has_a_limit() -> None:
    _, values = parsed(cef.line(recorded(Entry(fact=Fact.REFUSED, reason="=" * 5000)), version="0"))
    assert len(values["msg"]) == 1023


def test_what_ocsf_has_no_place_for_is_kept_under_its_own_name() -> None:
    shape = json.loads(ocsf.line(recorded(EXAMPLES[Fact.DECIDED], 7), version="0.1.0"))
    assert shape["unmapped"] == {
        key: value
        for key, value in recorded(EXAMPLES[Fact.DECIDED], 7).as_dict().items()
        if key in ("tier", "isolation", "grants", "config", "decision", "rule", "policy", "details")
    }
    assert (shape["metadata"]["sequence"], shape["metadata"]["uid"]) == (7, f"{NODE}/7")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry(fact=Fact.CALL, outcome="ok"), Weight.INFORMATIONAL),
        (Entry(fact=Fact.CALL, outcome="error"), Weight.LOW),
        (Entry(fact=Fact.CALL, outcome="denied"), Weight.MEDIUM),
        (Entry(fact=Fact.REFUSED, decision="hold", outcome="denied"), Weight.LOW),
        (Entry(fact=Fact.REFUSED, decision="refuse", outcome="denied"), Weight.MEDIUM),
        (EXAMPLES[Fact.GLASS_BROKEN], Weight.HIGH),
        (EXAMPLES[Fact.ATTEMPTED], Weight.HIGH),
        (EXAMPLES[Fact.PUBLISHED], Weight.INFORMATIONAL),
    ],
)
def test_what_somebody_should_look_at_weighs_more(entry: Entry, expected: Weight) -> None:
    assert weight(entry) is expected


def test_a_publication_in_the_place_of_another_is_an_update() -> None:
    first = Entry(fact=Fact.PUBLISHED, skill="scan", generation=1)
    assert ocsf.event(recorded(first), version="0")["activity_id"] == 1
    assert ocsf.event(recorded(EXAMPLES[Fact.PUBLISHED]), version="0")["activity_id"] == 8


def test_an_error_is_handed_on_with_all_that_it_says() -> None:
    error = {"code": "tool_raised", "message": "it has no file", "hint": "give one"}
    event = recorded(Entry(fact=Fact.TRIED, skill="scan", outcome="error", error=error), 7)
    shape = json.loads(ocsf.line(event, version="0.1.0"))
    assert (shape["status_code"], shape["message"], shape["unmapped"]["error"]) == ("tool_raised", "it has no file", error)
    assert parsed(cef.line(event, version="0.1.0"))[1]["msg"] == "it has no file"
