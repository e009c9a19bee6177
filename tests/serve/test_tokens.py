"""The file of tokens: only hashes, its owner's alone, changed in one step, read strictly, and read again when it changed."""

from __future__ import annotations

import json
import re
import stat
import threading
from hashlib import sha256
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import CommandInvalid, ConfigInvalid, TokenRefused, UnknownToken
from skillpod.model.command import Caller
from skillpod.model.principal import Role
from skillpod.serve.tokens import DAY, FILE, LASTS, LONGEST, Tokens, add_token, mint, read_tokens, remove_token, shown_token

NOW = 1_790_000_000.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    return made


def add(home: Path, name: str, *skills: str) -> str:
    token = mint()
    add_token(home, name, skills, token=token, now=NOW)
    return token


def test_a_token_is_long_random_and_safe_in_a_url() -> None:
    made = {mint() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"skp_[A-Za-z0-9_-]{43}", token) for token in made)


def test_what_is_kept_is_a_hash_for_its_owner_alone(home: Path) -> None:
    token = add(home, "ada", "text_*")
    text = (home / FILE).read_text()
    assert token not in text
    assert sha256(token.encode()).hexdigest() in text
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir() if "new" in file.name] == []


def test_a_token_is_found_by_itself_and_says_who_holds_it(home: Path) -> None:
    ada, bob = add(home, "ada", "text_*", "x"), add(home, "bob")
    tokens = Tokens(home, now=lambda: NOW)
    found = tokens.holder(ada)
    assert found is not None
    assert found.caller == Caller(principal="ada", sees=("text_*", "x"))
    other = tokens.holder(bob)
    assert other is not None
    assert other.caller == Caller(principal="bob", sees=("*",))
    for unknown in (mint(), "\udcff"):
        with pytest.raises(TokenRefused, match="not known"):
            tokens.holder(unknown)


def test_a_token_says_in_which_roles_its_holder_acts(home: Path) -> None:
    token = mint()
    add_token(home, "ada", token=token, now=NOW, roles=[Role.REVIEWER, Role.BREAK_GLASS])
    found = Tokens(home, now=lambda: NOW).holder(token)
    assert found.caller == Caller(principal="ada", roles=("break-glass", "reviewer"))
    assert found.principal.may(Role.VIEWER)
    assert not found.principal.may(Role.OPERATOR)


def test_a_token_ends_and_says_when_it_has(home: Path) -> None:
    token, now = mint(), [NOW]
    add_token(home, "ada", token=token, now=NOW, lasts=60.0)
    tokens = Tokens(home, now=lambda: now[0])
    found = tokens.holder(token)
    now[0] += 59.9
    assert tokens.holder(token) == found
    now[0] += 0.1
    assert not tokens.counts(found)
    with pytest.raises(TokenRefused, match="of `ada` ended on 2026-09-21 at 14:14:20 UTC"):
        tokens.holder(token)


def test_a_token_ends_after_ninety_days_when_nobody_says_otherwise_and_after_a_year_at_the_latest(home: Path) -> None:
    assert add_token(home, "ada", token=mint(), now=NOW).until == NOW + 90 * DAY == NOW + LASTS
    assert add_token(home, "bob", token=mint(), now=NOW, lasts=LONGEST).until == NOW + 366 * DAY
    assert add_token(home, "eve", token=mint(), now=NOW, lasts=inf).as_dict()["expires"] is None
    for lasts in (0.0, -1.0, LONGEST + 1, nan):
        with pytest.raises(CommandInvalid, match="at most 366 days"):
            add_token(home, "mallory", token=mint(), now=NOW, lasts=lasts)
    assert [token.name for token in read_tokens(home) or ()] == ["ada", "bob", "eve"]


def test_a_file_of_before_there_were_roles_is_read_and_gives_none(home: Path) -> None:
    (home / FILE).write_text(json.dumps({"tokens": [_entry()]}))
    (home / FILE).chmod(0o600)
    [found] = read_tokens(home) or ()
    assert (found.roles, found.until) == (frozenset(), inf)
    add(home, "bob")
    [old, new] = json.loads((home / FILE).read_text())["tokens"]
    assert (old["roles"], old["expires"], new["roles"], new["expires"]) == ([], None, [], NOW + LASTS)


def test_a_header_shows_one_bearer_token_or_is_refused() -> None:
    assert shown_token([]) == ""
    assert shown_token(["Bearer abc"]) == shown_token(["bearer  abc "]) == "abc"
    for headers in (["Basic abc"], ["Bearer"], ["Bearer "], [""], ["abc"], ["Bearer a", "Bearer b"], ["Bearer a", ""]):
        with pytest.raises(TokenRefused, match="shows no bearer token"):
            shown_token(headers)


def test_a_change_counts_at_once(home: Path) -> None:
    tokens = Tokens(home, now=lambda: NOW)
    assert not tokens.are_asked
    token = add(home, "ada")
    assert tokens.are_asked
    found = tokens.holder(token)
    assert found is not None
    assert tokens.counts(found)
    remove_token(home, "ada")
    assert (tokens.counts(found), tokens.are_asked) == (False, True)
    with pytest.raises(TokenRefused, match="not known"):
        tokens.holder(token)
    again = add(home, "ada")
    assert tokens.holder(again) is not None
    assert not tokens.counts(found)  # of the same name, and another token


def test_tokens_that_are_added_at_once_are_all_kept(home: Path) -> None:
    threads = [threading.Thread(target=add, args=(home, f"t{number}")) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {token.name for token in read_tokens(home) or ()} == {f"t{number}" for number in range(12)}


@pytest.mark.parametrize("name", ["", "owner", "skillpod", "local", "uid:1000", "Ada", "a b", "-a", "a" * 65, "a/b", "a\n", "ä"])
def test_a_name_that_says_nobody_or_everybody_is_refused(home: Path, name: str) -> None:
    with pytest.raises(CommandInvalid):
        add(home, name)
    assert read_tokens(home) is None


@pytest.mark.parametrize("pattern", ["", "a b", "../x", "Ä", "x" * 65])
def test_a_pattern_that_can_match_no_skill_is_refused(home: Path, pattern: str) -> None:
    with pytest.raises(CommandInvalid, match="no pattern"):
        add(home, "ada", pattern)


def test_a_name_is_given_once_and_can_be_given_again_when_it_is_free(home: Path) -> None:
    add(home, "ada")
    with pytest.raises(CommandInvalid, match="already"):
        add(home, "ada")
    remove_token(home, "ada")
    with pytest.raises(UnknownToken):
        remove_token(home, "ada")
    add(home, "ada")


def _entry(**said: Any) -> dict[str, Any]:
    return {"name": "ada", "sha256": "0" * 64, "created": 0, "skills": ["*"], **said}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"tokens": {}}',
        '{"tokens": [], "more": 1}',
        '{"tokens": [], "tokens": []}',
        json.dumps({"tokens": [_entry(sha256="0")]}),
        json.dumps({"tokens": [_entry(skills=[])]}),
        json.dumps({"tokens": [_entry(name="Not A Name")]}),
        json.dumps({"tokens": [_entry(extra=1)]}),
        json.dumps({"tokens": [_entry(), _entry()]}),
        json.dumps({"tokens": [_entry(created=None)]}),
        json.dumps({"tokens": [_entry(roles=["king"])]}),
        json.dumps({"tokens": [_entry(roles="admin")]}),
        json.dumps({"tokens": [_entry(roles=["admin", "admin"])]}),
        json.dumps({"tokens": [_entry(expires="never")]}),
        json.dumps({"tokens": [_entry(expires=-1)]}),
        '{"tokens": [{"name": "ada", "sha256": "' + "0" * 64 + '", "created": 0, "skills": ["*"], "expires": NaN}]}',
    ],
)
def test_a_file_that_we_did_not_write_is_refused_whole(home: Path, text: str) -> None:
    (home / FILE).write_text(text)
    (home / FILE).chmod(0o600)
    with pytest.raises(ConfigInvalid):
        read_tokens(home)
    (home / FILE).write_text(json.dumps({"tokens": [_entry()]}))
    assert [token.name for token in read_tokens(home) or ()] == ["ada"]


def test_a_file_that_others_may_read_or_that_is_a_link_is_refused(home: Path, tmp_path: Path) -> None:
    add(home, "ada")
    (home / FILE).chmod(0o640)
    with pytest.raises(ConfigInvalid, match="open to other users"):
        Tokens(home, now=lambda: NOW)
    (home / FILE).chmod(0o600)
    (home / FILE).rename(tmp_path / "elsewhere")
    (home / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigInvalid, match="can't be read"):
        Tokens(home, now=lambda: NOW)
