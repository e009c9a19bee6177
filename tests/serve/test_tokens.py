"""The file of tokens: only hashes, its owner's alone, changed in one step, read strictly, and read again when it changed."""

from __future__ import annotations

import json
import re
import stat
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import CommandInvalid, ConfigInvalid, UnknownToken
from skillpod.model.command import Caller
from skillpod.serve.tokens import FILE, Tokens, add_token, mint, read_tokens, remove_token


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir(mode=0o700)
    return made


def add(home: Path, name: str, *skills: str) -> str:
    token = mint()
    add_token(home, name, skills, token=token, now=1_790_000_000.0)
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
    tokens = Tokens(home)
    found = tokens.holder(ada)
    assert found is not None
    assert found.caller == Caller(principal="ada", sees=("text_*", "x"))
    other = tokens.holder(bob)
    assert other is not None
    assert other.caller == Caller(principal="bob", sees=("*",))
    assert tokens.holder(mint()) is None
    assert tokens.holder("\udcff") is None


def test_a_change_counts_at_once(home: Path) -> None:
    tokens = Tokens(home)
    assert not tokens.are_asked
    token = add(home, "ada")
    assert tokens.are_asked
    found = tokens.holder(token)
    assert found is not None
    assert tokens.counts(found)
    remove_token(home, "ada")
    assert (tokens.counts(found), tokens.holder(token), tokens.are_asked) == (False, None, True)
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


@pytest.mark.parametrize("name", ["", "owner", "Ada", "a b", "-a", "a" * 65, "a/b", "a\n", "ä"])
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
        Tokens(home)
    (home / FILE).chmod(0o600)
    (home / FILE).rename(tmp_path / "elsewhere")
    (home / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigInvalid, match="can't be read"):
        Tokens(home)
