"""What names mean when they are defined by one another: each is worked out once, and cycles are gone round until nothing is added."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from skillpod.audit.facts import UNKNOWN, Meaning, Meanings, What

_MAX_ROUNDS = 12
_MAX_MEANINGS = 64
_NEVER = 1 << 30


class TooDeep(Exception):
    """An expression is nested too deeply, or names hang together in too many ways, to be followed."""


class Fixpoint:
    """Meanings by key. A key that asks for itself, through others or not, gets what is known of it so far.

    ``_open`` holds the keys being worked out, in order; ``_tentative`` those that were worked out inside a cycle still being gone round,
    with how far up the cycle reaches. They become final when the cycle's first key is. ``_so_far`` is what they were in the last round.
    """

    def __init__(self) -> None:
        self._final: dict[Hashable, Meanings] = {}
        self._open: dict[Hashable, Meanings] = {}
        self._depth: dict[Hashable, int] = {}
        self._tentative: dict[Hashable, tuple[Meanings, int]] = {}
        self._so_far: dict[Hashable, Meanings] = {}
        self._wide: set[Hashable] = set()
        self._grown = 0
        self._reaches = _NEVER

    @property
    def is_busy(self) -> bool:
        """Whether a key is being worked out: what is found meanwhile may not be all."""
        return bool(self._open)

    def meanings(self, key: Hashable, parts: Callable[[], Iterator[Meanings]]) -> Meanings:
        """The union of the parts. Raises TooDeep."""
        final = self._final.get(key)
        if final is not None:
            return final
        if key in self._open:
            self._reaches = min(self._reaches, self._depth[key])
            return self._open[key]
        if key in self._tentative:
            found, reaches = self._tentative[key]
            self._reaches = min(self._reaches, reaches)
            return found
        return self._work_out(key, parts)

    def _work_out(self, key: Hashable, parts: Callable[[], Iterator[Meanings]]) -> Meanings:
        depth = len(self._open)
        outside, already = self._reaches, len(self._tentative)
        before = self._so_far.get(key, ())
        self._open[key], self._depth[key] = before, depth
        try:
            reaches = self._go_round(key, depth, already, parts)
        finally:
            found = self._open.pop(key)
        if found != before:
            self._grown += 1
        if reaches >= depth:
            self._final[key] = found
            if len(self._tentative) > already:
                self._settle(already)
        else:
            self._tentative[key] = (found, reaches)
            self._so_far[key] = found
        self._reaches = min(outside, reaches if reaches < depth else _NEVER)
        return found

    def _go_round(self, key: Hashable, depth: int, already: int, parts: Callable[[], Iterator[Meanings]]) -> int:
        """Until nothing on the way round is more than it was: what is worked out early in a round knows only what was known then."""
        for turn in range(_MAX_ROUNDS):
            self._reaches, before, grown = _NEVER, self._open[key], self._grown
            for part in parts():
                if part is not self._open[key]:
                    self._add(key, part)
            if self._reaches != depth or (self._open[key] == before and self._grown == grown):
                return self._reaches
            self._forget(already)
            if turn == _MAX_ROUNDS // 2:  # what still grows is text that is added to, or a chain of attributes
                self._wide.add(key)
        raise TooDeep

    def _add(self, key: Hashable, part: Meanings) -> None:
        """A key of which there is once too much keeps no texts any more: else it would lose and find them, round by round."""
        known = self._open[key]
        if not part:
            return
        if not known and len(part) == 1 and key not in self._wide:  # as of most
            self._open[key] = UNKNOWN if part == UNKNOWN else part
            return
        found = tuple(dict.fromkeys((*known, *part)))
        if len(found) > _MAX_MEANINGS:
            self._wide.add(key)
        self._open[key] = merged(_widened(found) if key in self._wide else found)

    def _settle(self, already: int) -> None:
        while len(self._tentative) > already:
            key, (found, _) = self._tentative.popitem()
            self._final[key] = found
            self._so_far.pop(key, None)

    def _forget(self, already: int) -> None:
        while len(self._tentative) > already:
            self._tentative.popitem()


def merged(meanings: Iterable[Meaning]) -> Meanings:
    """Each once. Raises TooDeep when there are more than anyone writes on purpose; of many texts none is followed."""
    found = tuple(dict.fromkeys(meanings))
    if len(found) == 1 and found == UNKNOWN:
        return UNKNOWN
    if len(found) <= _MAX_MEANINGS:
        return found
    kept = _widened(found)
    if len(kept) > _MAX_MEANINGS:
        raise TooDeep
    return kept


def _widened(meanings: Meanings) -> Meanings:
    kept = (meaning for meaning in meanings if meaning.what is not What.TEXT and not (meaning.held and meaning.held.is_plain))
    return tuple(dict.fromkeys((*kept, *UNKNOWN)))
