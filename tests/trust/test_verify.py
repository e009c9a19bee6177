"""Evidence is verified or refused; it is never ignored."""

from __future__ import annotations

import pytest

from skillpod.errors import SignatureInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.provenance import UNSIGNED
from skillpod.trust.verify import verify

FILES = {"handler.py": b"x = 1\n", "manifest.yaml": b"name: x\n"}


def test_a_bundle_without_a_sidecar_is_unsigned() -> None:
    assert verify(Bundle.freeze(FILES)) == UNSIGNED
    assert not UNSIGNED.is_signed


@pytest.mark.parametrize("name", ["skill.oms.sig", "skill.oms.0a1b2c.sig"])
@pytest.mark.parametrize("content", [b"", b"{}", b"not a signature"])
def test_a_sidecar_that_cannot_be_verified_is_refused_and_says_what_to_do(name: str, content: bytes) -> None:
    bundle = Bundle.freeze(FILES, {name: content})
    with pytest.raises(SignatureInvalid) as refusal:
        verify(bundle)
    assert refusal.value.at == name
    assert f"remove `{name}`" in refusal.value.hint
    assert refusal.value.digest == bundle.digest


def test_a_sidecar_among_the_files_is_evidence_too() -> None:
    with pytest.raises(SignatureInvalid):
        verify(Bundle.freeze({**FILES, "skill.oms.sig": b"{}"}))


def test_every_sidecar_is_named() -> None:
    with pytest.raises(SignatureInvalid) as refusal:
        verify(Bundle.freeze(FILES, {"skill.oms.sig": b"{}", "skill.oms.b.sig": b"{}"}))
    assert "`skill.oms.b.sig` and `skill.oms.sig`" in refusal.value.hint


def test_a_file_that_only_looks_like_a_sidecar_is_a_file() -> None:
    assert verify(Bundle.freeze({**FILES, "docs/skill.oms.sig": b"{}", "skill.oms.sig.txt": b""})) == UNSIGNED
