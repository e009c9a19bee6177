"""The content address: names and contents, nothing else, in one fixed spelling."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skillpod.model.digest import is_digest, short, tree_digest, value_digest

FILES = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6), st.binary(max_size=8), max_size=5
)


def test_the_digest_is_the_published_formula() -> None:
    files = {"b.py": b"two", "a.py": b"one"}
    lines = b"".join(name.encode() + b"\0" + hashlib.sha256(files[name]).hexdigest().encode() + b"\n" for name in ("a.py", "b.py"))
    assert tree_digest(files) == "sha256:" + hashlib.sha256(b"skillpod.tree.v1\n" + lines).hexdigest()


def test_the_digest_of_known_files_never_changes() -> None:
    assert tree_digest({}) == "sha256:767eeeaf04843619c4c02580f5c02e941fb5c742e52db1d1d1a7815fac972e22"
    known = {"handler.py": b"pass\n", "manifest.yaml": b"name: demo\n"}
    assert tree_digest(known) == "sha256:318fbf08f52264fa4d792b247e8564871020a8e3de22cd5eb52f8a34c9726d84"


@given(FILES, FILES)
def test_digests_are_equal_exactly_when_names_and_contents_are(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert (tree_digest(one) == tree_digest(other)) == (one == other)


@given(FILES)
def test_the_order_of_the_mapping_is_nothing(files: dict[str, bytes]) -> None:
    assert tree_digest(dict(reversed(files.items()))) == tree_digest(files)


@given(FILES, st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6))
def test_a_rename_is_another_digest(files: dict[str, bytes], name: str) -> None:
    assume(files and name not in files)
    renamed = dict(files)
    renamed[name] = renamed.pop(next(iter(files)))
    assert tree_digest(renamed) != tree_digest(files)


def test_a_name_can_not_pretend_to_be_two_files() -> None:
    inner = hashlib.sha256(b"x").hexdigest()
    assert tree_digest({f"a\0{inner}\nb": b"x"}) != tree_digest({"a": b"x", "c": b"x"})


def test_a_value_has_one_spelling() -> None:
    assert value_digest({"b": 1, "a": [True, None]}) == value_digest({"a": [True, None], "b": 1})


def test_a_value_that_is_no_json_has_no_digest() -> None:
    with pytest.raises(ValueError, match="JSON"):
        value_digest(float("nan"))


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:" + "g" * 64, "sha256:" + "A" * 64, "sha256:" + "a" * 63, "sha256:" + "a" * 64 + "\n"]
)
def test_a_text_that_only_looks_like_a_digest_is_none(text: str) -> None:
    assert not is_digest(text)


def test_a_short_digest_is_for_people() -> None:
    digest = tree_digest({})
    assert is_digest(digest)
    assert digest.startswith(short(digest))
    assert len(short(digest)) == len("sha256:") + 12
