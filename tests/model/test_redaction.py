"""What is secret in a value goes, whatever is around it; what is not stays."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.model.redaction import BY_NAME, BY_SCHEMA, Redaction, redacted_text

SECRETS = {
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7q\nq3zv9fK2\n-----END RSA PRIVATE KEY-----",
    "an OpenSSH key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----",
    "a signed token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4MSJ9.k3Qy0zv9fK2hTqLrWm4sXb7dNc1oPe5g",
    "an AWS key": "AKIA" + "Q7RZ2LMWX4TNVB6K",
    "a temporary AWS key": "ASIA" + "Q7RZ2LMWX4TNVB6K",
    "a GitHub token": "ghp_" + "q3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8aJi0",
    "a fine-grained GitHub token": "github_pat_" + "11ABCDEFG0q3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8aJi0",
    "a model's key": "sk-" + "proj-q3Zv9fK2hTqLrWm4sXb7dNc1oPe5",
    "an Anthropic key": "sk-ant-api03-" + "q3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8aJi0" * 3,
    "a Slack token": "xoxb-" + "2048123456-q3Zv9fK2hTqLrWm4sXb7",
    "a Google key": "AIza" + "SyD3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8a",
    "a token of ours": "skp_" + "q3Zv9fK2hTqLrWm4sXb7dNc1oPe5gUy8aJi0zQ-_xYw",
    "a GitLab token": "glpat-" + "q3Zv9fK2hTqLrWm4sXb7",
    "a Stripe key": "sk_live_" + "q3Zv9fK2hTqLrWm4sXb7dNc1",
}
_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
)
PLAIN = Redaction()
NAMES = ("password", "db_passphrase", "clientSecret", "X-Api-Key", "accessToken", "Authorization", "Set-Cookie", "privateKey", "token")


def _planted(secret: str) -> st.SearchStrategy[Any]:
    """Values with the secret somewhere in them, in text or as a key, with anything around it."""
    text = st.builds(lambda before, after: f"{before}{secret}{after}", _WORDS, _WORDS)
    return st.recursive(
        text,
        lambda inner: (
            st.builds(lambda items, item: [*items, item], st.lists(_JSON, max_size=2), inner)
            | st.builds(lambda more, key, item: {**more, key: item}, st.dictionaries(_WORDS, _JSON, max_size=2), _WORDS, inner)
            | st.builds(lambda key, item: {key: [item]}, text, inner)
        ),
        max_leaves=3,
    )


@pytest.mark.parametrize("secret", SECRETS.values(), ids=list(SECRETS))
def test_a_planted_secret_is_nowhere_whatever_is_around_it(secret: str) -> None:
    core = secret.replace("-----BEGIN", "").split("\n")[1] if "\n" in secret else secret[4:]

    @given(_planted(secret))
    @settings(max_examples=60, deadline=None)
    def holds(value: Any) -> None:
        kept = json.dumps(PLAIN.of(value))
        assert core[:8] not in kept
        assert core[-8:] not in kept

    holds()


@given(_JSON, st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc"]), min_size=8, max_size=40))
@settings(max_examples=100, deadline=None)
def test_what_has_the_name_of_a_secret_is_nowhere(more: Any, secret: str) -> None:
    planted = f"!{secret}!"
    for name in (
        "password",
        "db_passphrase",
        "clientSecret",
        "X-Api-Key",
        "accessToken",
        "Authorization",
        "Set-Cookie",
        "privateKey",
        "token",
    ):
        value = {"more": more, "deep": [{name: {"any": ["shape", planted]}}, {"name": name, "value": planted}, [name, planted]]}
        kept = json.dumps(PLAIN.of(value), ensure_ascii=False)
        assert planted not in kept
        assert BY_NAME in kept


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://jane:hunter2@db.internal/x", "hunter2"),
        ("postgres://app:p@ss/word@db/x?y=1", "ss/word"),
        ("curl -H 'Authorization: Basic amFuZTpodW50ZXIy' x", "amFuZTpodW50ZXIy"),
        ("Authorization: Bearer q3Zv9fK2hTqL", "q3Zv9fK2hTqL"),
        ("bearer q3Zv9fK2hTqL", "q3Zv9fK2hTqL"),
        ("Set-Cookie: session=q3Zv9; Path=/", "q3Zv9"),
        ('{"password": "two words", "user": "jane"}', "two words"),
        ('{"password": "with \\" a quote", "user": "jane"}', "a quote"),
        ('{\\"password\\": \\"hunter2\\"}', "hunter2"),
        ("DB_PASSWORD=hunter2", "hunter2"),
        ("mysql --db-password hunter2 -e x", "hunter2"),
        ("DB_PASS=hunter2", "hunter2"),
        ("export PG_PW=hunter2", "hunter2"),
        ("api_key: 'hunter2'", "hunter2"),
        ("secret => hunter2", "hunter2"),
        ("-----BEGIN PRIVATE KEY-----\nq3Zv9 and no end", "q3Zv9"),
        ('{"kty":"EC","d":"q3Zv9fK2hTqLrWm4sXb7"}', "q3Zv9fK2hTqL"),
    ],
)
def test_a_secret_in_a_text_goes_and_the_rest_stays(text: str, secret: str) -> None:
    kept = redacted_text(f"before {text} after that\nand behind")
    assert secret not in kept
    assert "[redacted: " in kept
    assert kept.startswith("before ")


def test_what_a_schema_marks_goes_at_any_depth() -> None:
    schema = {
        "type": "object",
        "properties": {
            "pad": {"type": "string", "writeOnly": True},
            "tree": {"$ref": "#/$defs/node"},
            "list": {"type": "array", "prefixItems": [{"type": "string"}], "items": {"format": "password"}},
        },
        "additionalProperties": {"anyOf": [{"type": "null"}, {"type": "string", "format": "password"}]},
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "below": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                    "word": {"allOf": [{"format": "password"}]},
                },
            }
        },
    }
    value = {"pad": "a", "tree": {"below": {"below": None, "word": "b"}, "plain": "c"}, "list": ["d", "e"], "other": "f", "empty": None}
    gone = {"redacted": BY_SCHEMA}
    assert Redaction([{"type": "object"}, schema]).of(value) == {
        "pad": gone,
        "tree": {"below": {"below": None, "word": gone}, "plain": "c"},
        "list": ["d", gone],
        "other": gone,
        "empty": None,
    }


def test_a_schema_that_refers_to_itself_or_to_nothing_ends() -> None:
    knot = {"$ref": "#", "anyOf": [{"$ref": "#/nowhere"}, {"$ref": "other.json"}], "properties": {"a": {"writeOnly": True}}}
    assert Redaction([knot]).of({"a": 1, "b": {"a": 2}}) == {"a": {"redacted": BY_SCHEMA}, "b": {"a": 2}}


def test_a_text_that_is_all_secret_says_what_it_was() -> None:
    token = SECRETS["a GitHub token"]
    assert PLAIN.of([token, f"use {token}, please"]) == [{"redacted": "a GitHub token"}, "use [redacted: a GitHub token], please"]


def test_a_private_web_key_keeps_what_is_public_of_it() -> None:
    kept = PLAIN.of({"kty": "EC", "crv": "P-256", "x": "abc", "d": "q3Zv9fK2"})
    assert kept == {"kty": "EC", "crv": "P-256", "x": "abc", "d": {"redacted": BY_NAME}}


@pytest.mark.parametrize(
    "value",
    [
        {"text": "hello", "max_tokens": 5, "token_count": 7, "tokenizer": "bpe", "compass": "north", "authors": ["a"], "keyboard": "de"},
        {"url": "https://example.org:8080/path?x=1", "mail": "jane@example.org", "sha256": "ab" * 32},
        {"has_password": True, "secret": None},
        {"plan": "risk-management-and-other-things", "text": "the token is somewhere else", "n": 1.5},
        {"text": "a single-pass compiler, PASS: all_of_it", "argv": ["--verbose", "x", "--max-tokens", "5"]},
    ],
)
def test_what_is_no_secret_stays(value: Any) -> None:
    assert PLAIN.of(value) == value


@pytest.mark.parametrize("bad", ["eyJ" * 5000, "token='" * 2000, "://a:" * 3000, "--token " * 2000, "-key" * 4000, "--a-" * 4000])
def test_a_text_made_to_be_slow_is_not(bad: str) -> None:
    started = time.process_time()
    redacted_text(bad)
    assert time.process_time() - started < 1.0


def test_a_schema_that_leads_to_itself_in_many_ways_is_looked_at_once_for_each_value() -> None:
    ways = [{"title": str(number), "additionalProperties": {"$ref": "#/$defs/n"}, "items": {"$ref": "#/$defs/n"}} for number in range(500)]
    schema = {"properties": {"n": {"$ref": "#/$defs/n"}, "digits": {"writeOnly": True}}, "$defs": {"n": {"anyOf": ways}}}
    deep: Any = [0] * 4000
    for _ in range(20):
        deep = {"a": deep}
    started = time.process_time()
    assert Redaction([schema]).of({"n": deep, "digits": 1234}) == {"n": deep, "digits": {"redacted": BY_SCHEMA}}
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "value", [["login", "--password", "hunter2", "-v"], {"Name": "Authorization", "Value": "hunter2"}, {"env": ["DB_PASS=hunter2"]}]
)
def test_a_secret_is_known_by_the_word_beside_it(value: Any) -> None:
    kept = json.dumps(PLAIN.of(value))
    assert "hunter2" not in kept
    assert "redacted" in kept
