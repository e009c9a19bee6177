"""A bundle is frozen: what was checked is what runs."""

from __future__ import annotations

import dataclasses

import pytest

from skillpod.model.bundle import Bundle
from skillpod.model.digest import tree_digest


def test_files_are_kept_in_the_order_of_their_bytes() -> None:
    bundle = Bundle.freeze({"b": b"", "a/z": b"", "a": b"", "é": b"", "Z": b""})
    assert list(bundle.files) == ["Z", "a", "a/z", "b", "é"]


def test_nobody_can_change_a_bundle() -> None:
    source = {"a": b"1"}
    bundle = Bundle.freeze(source, {"skill.oms.sig": b"2"})
    source["a"] = b"changed"
    assert bundle.files["a"] == b"1"
    with pytest.raises(TypeError):
        bundle.files["a"] = b"changed"  # type: ignore[index]  # SAFE: that it can't be done is what is tested
    with pytest.raises(TypeError):
        bundle.sidecars["a"] = b"changed"  # type: ignore[index]  # SAFE: as above
    with pytest.raises(dataclasses.FrozenInstanceError):
        bundle.left_out = ("x",)  # type: ignore[misc]  # SAFE: as above


def test_sidecars_are_evidence_and_not_part_of_the_digest() -> None:
    files = {"handler.py": b"pass"}
    unsigned, signed = Bundle.freeze(files), Bundle.freeze(files, {"skill.oms.sig": b"signature"})
    assert signed.digest == unsigned.digest == tree_digest(files)
    assert signed.evidence != unsigned.evidence
    assert unsigned.evidence == Bundle.freeze({}).evidence


def test_the_size_counts_the_files_only() -> None:
    assert Bundle.freeze({"a": b"123", "b": b"4"}, {"skill.oms.sig": b"56789"}).size == 4
