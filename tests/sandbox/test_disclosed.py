"""Texts without the secrets that guests were handed."""

from __future__ import annotations

import base64
import html
import json
import pickle
import traceback
from time import process_time
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.model.secret import Secret
from skillpod.sandbox.disclosed import SHORTEST, Disclosed
from skillpod.sandbox.output import Output

VALUE = 'p&ss "wörd"\\/+='
FORMS = {
    "as it is": VALUE,
    "quoted for a path": quote(VALUE),
    "quoted for a query": quote_plus(VALUE),
    "a form": urlencode({"token": VALUE}),
    "JSON": json.dumps({"token": VALUE}),
    "JSON with umlauts": json.dumps([VALUE], ensure_ascii=False),
    "repr": repr([VALUE]),
    "ascii": ascii([VALUE]),
    "HTML": html.escape(VALUE),
    "hex": VALUE.encode().hex(),
    "HEX": VALUE.encode().hex().upper(),
    "base64": base64.b64encode(VALUE.encode()).decode(),
    "base64 behind one byte": base64.b64encode(b"x" + VALUE.encode()).decode(),
    "base64 of name and password": base64.b64encode(b"me:" + VALUE.encode() + b":and more").decode(),
    "base64 behind two bytes": base64.urlsafe_b64encode(b"xy" + VALUE.encode() + b"z").decode(),
}


def disclosed(value: str = VALUE, name: str = "TOKEN") -> Disclosed:
    handed = Disclosed()
    handed.add(Secret(name, value))
    return handed


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_common_way_to_write_it_is_found_in_a_value(form: str) -> None:
    value = {"a": [1, {"b": form}]}
    assert disclosed().named_in(value) == "TOKEN"
    assert VALUE not in str(disclosed().redacted_value(value))
    assert "[secret TOKEN]" in disclosed().redacted_value(value)["a"][1]["b"]


def test_very_many_small_texts_and_very_many_secrets_take_little_time() -> None:
    handed, texts = Disclosed(), ["a"] * 100_000
    for number in range(64):
        handed.add(Secret("TOKEN", f"{VALUE}{number}"))
    started = process_time()
    json.dumps(texts)
    once, started = process_time() - started, process_time()
    assert handed.redacted_value(texts) is texts
    assert process_time() - started < 60 * once


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_common_way_to_write_it_is_taken_out(form: str) -> None:
    text = f"before {form} after"
    redacted = disclosed().redacted(text)
    assert "[secret TOKEN]" in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert disclosed("another value").redacted(text) == text


@given(before=st.binary(max_size=4), value=st.text(min_size=6, max_size=40), after=st.binary(max_size=4))
def test_base64_gives_nothing_away_wherever_it_begins(before: bytes, value: str, after: bytes) -> None:
    if len(value.encode("utf-8", "surrogatepass")) >= SHORTEST and value.isprintable():
        text = base64.b64encode(before + value.encode() + after).decode()
        assert "[secret TOKEN]" in disclosed(value).redacted(text)


def test_where_nothing_was_handed_over_a_value_is_given_back_itself() -> None:
    value = {"a": [VALUE]}
    assert Disclosed().redacted_value(value) is value
    assert not Disclosed()


def test_values_are_searched_at_every_depth_keys_too() -> None:
    value = {VALUE: [{"deep": [f"x{VALUE}y"]}, 7, None]}
    assert disclosed().redacted_value(value) == {"[secret TOKEN]": [{"deep": ["x[secret TOKEN]y"]}, 7, None]}


def test_of_two_secrets_the_longer_goes_first() -> None:
    handed = disclosed("password", "SHORT")
    handed.add(Secret("LONG", "password-and-more"))
    assert handed.redacted("it is password-and-more, not password") == "it is [secret LONG], not [secret SHORT]"


def test_one_that_was_rotated_is_still_taken_out() -> None:
    handed = disclosed("the-first-value")
    handed.add(Secret("TOKEN", "the-second-value"))
    assert handed.redacted("the-first-value the-second-value") == "[secret TOKEN] [secret TOKEN]"


@pytest.mark.parametrize("kept", [8, 20, len("a-long-secret-value-of-the-tests") - 1])
def test_a_text_that_was_cut_within_a_secret_ends_before_it(kept: int) -> None:
    value = "a-long-secret-value-of-the-tests"
    assert disclosed(value).redacted_part(f"it said {value[:kept]}") == "it said [secret TOKEN]"
    assert disclosed(value).redacted_part(f"{value[-kept:]} it said") == "[secret TOKEN] it said"
    assert disclosed(value).redacted_part(f"it said {value[:7]}") == f"it said {value[:7]}"


def test_a_value_that_is_too_short_to_be_told_from_other_texts_stays() -> None:
    assert disclosed("12345").redacted("12345") == "12345"
    assert disclosed("123456").redacted("123456") == "[secret TOKEN]"


def test_output_is_searched_as_a_whole_also_where_its_beginning_is_lost() -> None:
    value = "a-long-secret-value-of-the-tests"
    output = Output(64, redact=disclosed(value).redacted_part)
    for piece in ("x" * 100, value[:10], value[10:], "y" * (64 - 20)):
        output.write(piece.encode())
    assert output.text() == f"[{100 + len(value) - 20} earlier bytes were not kept]\n[secret TOKEN]{'y' * 44}"


def test_no_repr_no_traceback_and_no_pickle_shows_it() -> None:
    secret = Secret("TOKEN", VALUE)
    assert VALUE not in repr(secret) + str(secret) + f"{secret}" + repr(disclosed()) + repr([secret]) + repr({"a": secret})
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    try:
        raise ValueError(secret)
    except ValueError as fault:
        shown = "".join(traceback.TracebackException.from_exception(fault, capture_locals=True).format())
    assert VALUE not in shown
    assert "Secret(TOKEN)" in shown
