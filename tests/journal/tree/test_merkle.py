"""Our tree against RFC 6962's own words: a root and a path as the standard defines them, for every small size and for many others."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillpod.journal.tree import merkle
from skillpod.journal.tree.merkle import EMPTY, Growing, is_consistent, is_included, leaf_hash
from tests.journal.tree.logs import Log, numbered

LARGEST = 300
WHOLE = Log(numbered(LARGEST))
LEAVES = [leaf_hash(line) for line in WHOLE.lines]
BITS = merkle.SIZE * 8

sizes = st.integers(1, LARGEST)


def defined_root(lines: Sequence[bytes]) -> bytes:
    """MTH of section 2.1, word for word."""
    if not lines:
        return sha256(b"").digest()
    if len(lines) == 1:
        return sha256(b"\0" + lines[0]).digest()
    k = split(len(lines))
    return sha256(b"\1" + defined_root(lines[:k]) + defined_root(lines[k:])).digest()


def defined_path(m: int, lines: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1, word for word."""
    if len(lines) == 1:
        return []
    k = split(len(lines))
    if m < k:
        return [*defined_path(m, lines[:k]), defined_root(lines[k:])]
    return [*defined_path(m - k, lines[k:]), defined_root(lines[:k])]


def defined_proof(m: int, lines: Sequence[bytes]) -> list[bytes]:
    """PROOF of section 2.1.2, word for word; ``is_whole`` is the ``b`` of its SUBPROOF."""

    def subproof(m: int, lines: Sequence[bytes], is_whole: bool) -> list[bytes]:
        if m == len(lines):
            return [] if is_whole else [defined_root(lines)]
        k = split(len(lines))
        if m <= k:
            return [*subproof(m, lines[:k], is_whole), defined_root(lines[k:])]
        return [*subproof(m - k, lines[k:], False), defined_root(lines[:k])]

    return subproof(m, lines, True)


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def flipped(raw: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(raw))


@pytest.mark.parametrize("size", range(34))
def test_roots_and_paths_of_every_small_tree_are_those_of_the_definition(size: int) -> None:
    lines = WHOLE.lines[:size]
    assert WHOLE.root(size) == defined_root(lines)
    for index in range(size):
        assert merkle.inclusion(index, size, WHOLE.read) == defined_path(index, lines)
    for old in range(1, size + 1):
        assert merkle.consistency(old, size, WHOLE.read) == defined_proof(old, lines)


@given(sizes, st.data())
def test_roots_and_paths_of_any_tree_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    lines = WHOLE.lines[:size]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert WHOLE.root(size) == defined_root(lines)
    assert merkle.inclusion(index, size, WHOLE.read) == defined_path(index, lines)
    assert merkle.consistency(old, size, WHOLE.read) == defined_proof(old, lines)


@given(st.lists(st.integers(0, LARGEST), max_size=6))
def test_a_tree_that_grows_in_steps_keeps_what_one_that_grows_at_once_keeps(steps: list[int]) -> None:
    tree, kept = Growing(), list[bytes]()
    for low, high in pairwise(sorted({0, *steps})):
        assert tree.root() == WHOLE.root(low)
        kept += tree.grow(LEAVES[low:high])
        tree = Growing(high, WHOLE.read(merkle.peak_places(high)))
    assert kept == WHOLE.hashes[: merkle.kept(tree.size)]
    assert tree.copy().root() == tree.root() == WHOLE.root(tree.size)


@given(st.integers(0, merkle.kept(LARGEST)))
def test_a_file_of_hashes_cut_anywhere_holds_a_whole_tree(count: int) -> None:
    size = merkle.leaves(count)
    assert merkle.kept(size) <= count
    assert merkle.kept(size + 1) > count


@given(sizes, st.data())
def test_any_prefix_proves_its_own_entries(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, WHOLE.read)
    assert is_included(LEAVES[index], index, size, WHOLE.root(size), proof)


@given(sizes, st.data())
def test_any_two_sizes_prove_that_one_grew_into_the_other(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    assert is_consistent(old, WHOLE.root(old), new, WHOLE.root(new), merkle.consistency(old, new, WHOLE.read))


@given(sizes, st.data())
def test_one_bit_changed_anywhere_and_nothing_is_included(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, top, bit = merkle.inclusion(index, size, WHOLE.read), WHOLE.root(size), data.draw(st.integers(0, BITS - 1))
    assert not is_included(flipped(LEAVES[index], bit), index, size, top, proof)
    assert not is_included(LEAVES[index], index, size, flipped(top, bit), proof)
    for at in range(len(proof)):
        changed = [flipped(each, bit) if number == at else each for number, each in enumerate(proof)]
        assert not is_included(LEAVES[index], index, size, top, changed)
    other = data.draw(st.integers(0, size).filter(lambda number: number != index))
    assert not is_included(LEAVES[index], other, size, top, proof)


@given(st.integers(2, LARGEST), st.data())
def test_one_bit_changed_anywhere_and_nothing_is_consistent(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof, first, second = merkle.consistency(old, new, WHOLE.read), WHOLE.root(old), WHOLE.root(new)
    bit = data.draw(st.integers(0, BITS - 1))
    assert not is_consistent(old, flipped(first, bit), new, second, proof)
    assert not is_consistent(old, first, new, flipped(second, bit), proof)
    for at in range(len(proof)):
        changed = [flipped(each, bit) if number == at else each for number, each in enumerate(proof)]
        assert not is_consistent(old, first, new, second, changed)


@given(sizes, st.data())
def test_a_proof_with_a_hash_more_or_less_shows_nothing(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, proof = merkle.inclusion(index, size, WHOLE.read), merkle.consistency(old, size, WHOLE.read)
    for changed in ([*path, EMPTY], [EMPTY, *path], path[:-1] if path else [EMPTY]):
        assert not is_included(LEAVES[index], index, size, WHOLE.root(size), changed)
    for changed in ([*proof, EMPTY], [EMPTY, *proof], proof[:-1] if proof else [EMPTY]):
        assert not is_consistent(old, WHOLE.root(old), size, WHOLE.root(size), changed)


def test_a_log_in_which_one_old_line_is_another_did_not_grow_from_the_old_one() -> None:
    forged = Log([b"forged\n", *WHOLE.lines[1:]])
    proof = forged.consistency(7, LARGEST)
    assert is_consistent(7, forged.root(7), LARGEST, forged.root(LARGEST), proof)
    assert not is_consistent(7, WHOLE.root(7), LARGEST, forged.root(LARGEST), proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        merkle.inclusion(index, size, WHOLE.read)
    assert not is_included(LEAVES[0], index, size, WHOLE.root(size), [])


def test_a_tree_does_not_shrink() -> None:
    with pytest.raises(ValueError, match="did not grow"):
        merkle.consistency(4, 3, WHOLE.read)
    assert not is_consistent(4, WHOLE.root(4), 3, WHOLE.root(3), [])


def test_peaks_that_do_not_fit_the_size_are_refused() -> None:
    with pytest.raises(ValueError, match="2 peaks, not 1"):
        Growing(3, [EMPTY])
