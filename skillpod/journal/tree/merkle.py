"""RFC 6962 Merkle trees: hashes of leaves and nodes, a tree that grows, proofs and their verification. Pure.

Leaves count from 0; entry ``seq`` of the journal is leaf ``seq - 1``, and its data is the exact line with its newline. Where the hashes
of complete subtrees are kept, they stand in the order in which they become known (as Go's sumdb/tlog numbers them): a leaf, then every
subtree that it completes, so that a tree that grows only ever appends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

SIZE = 32
"""Bytes of a hash."""
EMPTY = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962 section 2.1)."""

Reader = Callable[[Sequence[int]], Sequence[bytes]]
"""Gives the kept hashes at those places (``place``), in that order."""


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x00 || data)."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x01 || left || right)."""
    return sha256(b"\1" + left + right).digest()


def place(level: int, number: int) -> int:
    """Where the hash of the ``number``-th complete subtree of 2 ** ``level`` leaves is kept, both from 0."""
    last_leaf = ((number + 1) << level) - 1
    return kept(last_leaf) + level


def kept(size: int) -> int:
    """How many hashes are kept of a tree of that many leaves."""
    return 2 * size - size.bit_count()


def leaves(count: int) -> int:
    """The leaves of the largest tree of which at most ``count`` hashes are kept: what a file cut anywhere still holds whole."""
    size = (count + count.bit_length()) // 2
    while kept(size) > count:
        size -= 1
    return size


class Growing:
    """A tree that only grows, as the hashes of its largest complete subtrees: at most one for each bit of its size."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """``peaks``: from the leftmost, as ``peak_places`` has them."""
        if len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)}")
        self.size = size
        self._peaks = list(peaks)

    def grow(self, hashes: Iterable[bytes]) -> list[bytes]:
        """Take further leaves by their hashes; the hashes that are to be kept after those of before."""
        new: list[bytes] = []
        peaks, size = self._peaks, self.size
        for top in hashes:
            new.append(top)
            rest = size
            while rest & 1:
                top = sha256(b"\1" + peaks.pop() + top).digest()
                new.append(top)
                rest >>= 1
            peaks.append(top)
            size += 1
        self.size = size
        return new

    def root(self) -> bytes:
        return _folded(self._peaks)

    def copy(self) -> Growing:
        return Growing(self.size, self._peaks)


def peak_places(size: int) -> list[int]:
    """Where the peaks of a tree of that size are kept, from the leftmost."""
    return _range_places(0, size)


def root(size: int, read: Reader) -> bytes:
    """The root of the first ``size`` leaves, out of the kept hashes of a tree at least as large."""
    return _folded(read(peak_places(size)))


# --- proofs ----------------------------------------------------------------------------------------------------------------------


def inclusion(index: int, size: int, read: Reader) -> list[bytes]:
    """RFC 6962 section 2.1.1: the hashes that lead from leaf ``index`` to the root of the first ``size`` leaves, leaf's sibling first.

    Raises ValueError for a leaf the tree does not have.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    ranges: list[tuple[int, int]] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return _hashes_of(ranges[::-1], read)


def consistency(old: int, new: int, read: Reader) -> list[bytes]:
    """RFC 6962 section 2.1.2: that the first ``old`` of the first ``new`` leaves are the tree that stood for them. Empty for ``old`` 0 or
    ``new``. Raises ValueError when ``old`` is larger."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves did not grow from one of {old}")
    if old in (0, new):
        return []
    ranges: list[tuple[int, int]] = []
    low, high = 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    if low:
        ranges.append((low, high))
    return _hashes_of(ranges[::-1], read)


def is_included(leaf: bytes, index: int, size: int, top: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from that leaf's hash at ``index`` to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    found, place_of, last = leaf, index, size - 1
    for sibling in proof:
        if not last:
            return False
        if place_of & 1 or place_of == last:
            found = node_hash(sibling, found)
            while not place_of & 1 and place_of:
                place_of >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        place_of >>= 1
        last >>= 1
    return not last and found == top


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of ``old`` leaves grew into that of ``new`` (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not old:
        return not proof and old_root == EMPTY
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    place_of, last = old - 1, new - 1
    while place_of & 1:
        place_of >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if place_of & 1 or place_of == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place_of & 1 and place_of:
                place_of >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        place_of >>= 1
        last >>= 1
    return not last and first == old_root and second == new_root


# --- ranges ----------------------------------------------------------------------------------------------------------------------


def _split(count: int) -> int:
    """The largest power of two below ``count``: RFC 6962 splits a list there."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_places(low: int, high: int) -> list[int]:
    """The complete subtrees that make up a range which RFC 6962 hashes as one list, from the left."""
    places = []
    while low < high:
        level = (high - low).bit_length() - 1
        places.append(place(level, low >> level))
        low += 1 << level
    return places


def _hashes_of(ranges: Sequence[tuple[int, int]], read: Reader) -> list[bytes]:
    parts = [_range_places(low, high) for low, high in ranges]
    found = iter(read([spot for part in parts for spot in part]))
    return [_folded([next(found) for _ in part]) for part in parts]


def _folded(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY
    top = peaks[-1]
    for left in reversed(peaks[:-1]):
        top = sha256(b"\1" + left + top).digest()
    return top
