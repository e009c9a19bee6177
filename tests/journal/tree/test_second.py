"""The second verifier's own mathematics: its signatures beside RFC 8032 and another library, its tree beside ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod import logverify
from skillpod.journal.key import verify
from skillpod.journal.tree import merkle
from tests.journal.tree.logs import Signer
from tests.journal.tree.test_merkle import LARGEST, LEAVES, WHOLE, flipped, sizes

SIGNER = Signer()
PUBLIC = SIGNER.key.key
MESSAGE = b"what is signed"
SIGNATURE = SIGNER.sign(MESSAGE)
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def test_the_first_signature_of_rfc_8032_is_one() -> None:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert logverify.is_signature(public, b"", signature)
    assert not logverify.is_signature(public, b"\0", signature)


@given(st.binary(max_size=80), st.text(max_size=4))
def test_what_another_library_signs_it_takes(message: bytes, sentence: str) -> None:
    signer = Signer(sentence=sentence)
    assert logverify.is_signature(signer.key.key, message, signer.sign(message))


@given(st.integers(0, 64 * 8 - 1))
def test_a_signature_with_another_bit_it_refuses(bit: int) -> None:
    assert not logverify.is_signature(PUBLIC, MESSAGE, flipped(SIGNATURE, bit))


@given(st.integers(0, 32 * 8 - 1))
def test_under_a_key_with_another_bit_nothing_is_signed(bit: int) -> None:
    assert not logverify.is_signature(flipped(PUBLIC, bit), MESSAGE, SIGNATURE)


def test_the_same_signature_with_a_larger_number_is_refused() -> None:
    """RFC 8032 section 5.1.7: S is below the order. Otherwise one signature could be made into another."""
    larger = SIGNATURE[:32] + little(int.from_bytes(SIGNATURE[32:], "little") + ORDER)
    assert not logverify.is_signature(PUBLIC, MESSAGE, larger)
    assert not verify(PUBLIC, MESSAGE, larger)


@pytest.mark.parametrize("cut", [SIGNATURE[:63], SIGNATURE + b"\0", b""])
def test_what_has_not_the_size_of_a_signature_is_none(cut: bytes) -> None:
    assert not logverify.is_signature(PUBLIC, MESSAGE, cut)


@pytest.mark.parametrize("raw", [little(PRIME), little(PRIME + 1), little(1 | 1 << 255), little(2)])
def test_what_is_no_point_in_its_one_spelling_is_refused(raw: bytes) -> None:
    """y beyond the prime twice, x = 0 with a sign, and no point at all."""
    assert logverify.decoded(raw) is None


@given(st.integers(0, LARGEST))
def test_its_tree_has_the_roots_of_ours(size: int) -> None:
    tree = logverify.Tree()
    for leaf in LEAVES[:size]:
        tree.grow(leaf)
    assert (tree.size, tree.root()) == (size, WHOLE.root(size))


@given(sizes, st.data())
def test_it_takes_our_proofs_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, WHOLE.read)
    assert logverify.root_over(LEAVES[index], index, size, path) == WHOLE.root(size)
    assert logverify.root_over(LEAVES[index - 1], index, size, path) != WHOLE.root(size) or size == 1
    for other in ([*path, bytes(32)], path[:-1] if path else [bytes(32)]):
        with pytest.raises(logverify.Bad, match="too many or too few"):
            logverify.root_over(LEAVES[index], index, size, other)
