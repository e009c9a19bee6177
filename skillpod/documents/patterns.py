"""Regular expressions that strangers wrote, matched in time linear in the text: compiled to an automaton, or refused beforehand.

The subset of ECMA-262 that JSON Schema recommends (2020-12 core, 6.4): literals, ``.``, classes, groups, ``|``, ``* + ? {m,n}``, ``^`` and
``$`` for the ends of the text, ``\\d \\w \\s`` as ECMA has them. No look-around and no back-references: they have no such automaton.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import assert_never

from skillpod.model.later import later

_LONGEST = 1_000
_MAX_REPEAT = 1_000
_DEEPEST = 50
_MAX_NODES = 4_000
_MAX_WORK = 30_000
"""Automaton nodes visited while compiling: some twenty milliseconds."""

_LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]
"""Code points, first and last inclusive, sorted and apart."""


MAX_PATTERNS = 64
"""Patterns of strangers that one skill may bring."""


class PatternRefused(ValueError):
    """Why a pattern is not accepted, in words that go on from "the pattern"."""


def pattern_fault(pattern: str) -> str:
    """Why a stranger's pattern is not accepted (``the pattern`` goes before it); empty when it is."""
    try:
        compile_pattern(pattern)
    except PatternRefused as fault:
        return str(fault)
    return ""


def is_found(pattern: str, text: str) -> bool:
    """Whether the text holds a match somewhere. A pattern outside the subset is matched by ``re``: it must be our own, not a stranger's."""
    try:
        automaton = compile_pattern(pattern)
    except PatternRefused:
        return re.search(pattern, text) is not None
    return automaton.is_found(text)


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Automaton:
    """Raises PatternRefused."""
    if len(pattern) > _LONGEST:
        raise PatternRefused(f"has {len(pattern)} characters; at most {_LONGEST}")
    part = _Reader(pattern).whole()
    graph = _Graph()
    start = graph.node()
    return _Compiler(graph, start, graph.add(part, start)).automaton()


# --- sets of characters ------------------------------------------------------------------------------------------------------------


def _united(ranges: Iterable[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def _others(ranges: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    begin = 0
    for first, last in ranges:
        if begin < first:
            found.append((begin, first - 1))
        begin = last + 1
    if begin <= _LAST:
        found.append((begin, _LAST))
    return tuple(found)


_DIGIT: Ranges = ((48, 57),)
_WORD = _united([(48, 57), (65, 90), (95, 95), (97, 122)])
_SPACE = _united(
    zip(
        (9, 32, 160, 0x1680, 0x2000, 0x2028, 0x202F, 0x205F, 0x3000, 0xFEFF),
        (13, 32, 160, 0x1680, 0x200A, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF),
        strict=True,
    )
)
_ANY = _others(((10, 10), (13, 13), (0x2028, 0x2029)))
_CLASSES: dict[str, Ranges] = {
    "d": _DIGIT,
    "D": _others(_DIGIT),
    "w": _WORD,
    "W": _others(_WORD),
    "s": _SPACE,
    "S": _others(_SPACE),
}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_HEXADECIMAL = later(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}")
_COUNT = later(r"\{(\d{1,6})(,(\d{1,6})?)?\}", re.ASCII)
_GROUP = later(r"\?(?::|P?<[A-Za-z_][A-Za-z0-9_]*>)")


# --- reading the pattern -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _One:
    """One character of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class _Each:
    """One after the other."""

    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    part: _Part
    least: int
    most: int | None


class _Edge(Enum):
    """An end of the text."""

    START = "^"
    END = "$"


_Part = _One | _Each | _Either | _Repeat | _Edge


class _Reader:
    """A recursive descent over the pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._position = 0
        self._depth = 0

    def whole(self) -> _Part:
        found = self._alternatives()
        if self._position < len(self._pattern):
            raise PatternRefused("has a `)` too many")
        return found

    def _next(self) -> str:
        return self._pattern[self._position : self._position + 1]

    def _take(self) -> str:
        character = self._next()
        if not character:
            raise PatternRefused("ends too early")
        self._position += 1
        return character

    def _skip(self, text: str) -> bool:
        if self._pattern.startswith(text, self._position):
            self._position += len(text)
            return True
        return False

    def _match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        found = expression.match(self._pattern, self._position)
        if found:
            self._position = found.end()
        return found

    def _alternatives(self) -> _Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PatternRefused("is nested too deeply")
        parts = [self._sequence()]
        while self._skip("|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else _Either(tuple(parts))

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return _Each(tuple(parts))

    def _repeated(self, part: _Part) -> _Part:
        least, most = self._count()
        if (least, most) == (1, 1):
            return part
        if isinstance(part, _Edge):
            raise PatternRefused("repeats an end of the text")
        self._skip("?")  # lazy or not: the same texts match
        if self._next() and (self._next() in "*+?" or _COUNT.match(self._pattern, self._position)):
            raise PatternRefused("repeats a repetition; put the inner one in (?: )")
        return _Repeat(part, least, most)

    def _count(self) -> tuple[int, int | None]:
        if self._skip("*"):
            return 0, None
        if self._skip("+"):
            return 1, None
        if self._skip("?"):
            return 0, 1
        counted = self._match(_COUNT)
        if counted is None:
            return 1, 1
        least = int(counted.group(1))
        most = least if counted.group(2) is None else None if counted.group(3) is None else int(counted.group(3))
        if (most is not None and most < least) or max(least, most or 0) > _MAX_REPEAT:
            raise PatternRefused(f"has a count that is not from 0 to {_MAX_REPEAT}")
        return least, most

    def _atom(self) -> _Part:
        character = self._take()
        match character:
            case "(":
                return self._group()
            case "[":
                return _One(self._class())
            case ".":
                return _One(_ANY)
            case "^":
                return _Edge.START
            case "$":
                return _Edge.END
            case "\\":
                return self._escaped()
            case "*" | "+" | "?":
                raise PatternRefused(f"has nothing before `{character}` to repeat")
        return _One(((ord(character), ord(character)),))

    def _group(self) -> _Part:
        if self._next() == "?" and not self._match(_GROUP):
            raise PatternRefused("has a group that is not (...) or (?:...): look-around and flags are not accepted")
        found = self._alternatives()
        if not self._skip(")"):
            raise PatternRefused("lacks a `)`")
        return found

    def _escaped(self) -> _Part:
        if self._next() == "A":
            self._position += 1
            return _Edge.START
        if self._next() in ("Z", "z"):
            self._position += 1
            return _Edge.END
        return _One(self._escape())

    def _escape(self) -> Ranges:
        """What follows a backslash, in a class or outside."""
        code = self._match(_HEXADECIMAL)
        if code:
            point = int(next(filter(None, code.groups())), 16)
            if point > _LAST:
                raise PatternRefused("names a character beyond Unicode")
            return ((point, point),)
        character = self._take()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _CONTROLS:
            return ((_CONTROLS[character], _CONTROLS[character]),)
        if character.isascii() and character.isalnum():
            raise PatternRefused(f"has `\\{character}`, which is not accepted")
        return ((ord(character), ord(character)),)

    def _class(self) -> Ranges:
        is_negated = self._skip("^")
        ranges: list[tuple[int, int]] = []
        is_first = True
        while is_first or self._next() != "]":
            ranges += self._member()
            is_first = False
        self._position += 1
        found = _united(ranges)
        return _others(found) if is_negated else found

    def _member(self) -> Ranges:
        """A character, a range or a ``\\d`` in a class."""
        first = self._single()
        ahead = self._pattern[self._position : self._position + 2]
        if not ahead.startswith("-") or ahead in ("-", "-]"):
            return first
        self._position += 1
        last = self._single()
        if len(first) != 1 or len(last) != 1 or first[0][0] != first[0][1] or last[0][0] != last[0][1] or last[0][0] < first[0][0]:
            raise PatternRefused("has a range that does not go from one character up to another")
        return ((first[0][0], last[0][0]),)

    def _single(self) -> Ranges:
        character = self._take()
        return self._escape() if character == "\\" else ((ord(character), ord(character)),)


# --- the pattern as a graph (Thompson, 1968) ---------------------------------------------------------------------------------------


class _Graph:
    """Nodes and what leads on from each: a character, nothing, or being at an end of the text."""

    def __init__(self) -> None:
        self.by_character: list[list[tuple[Ranges, int]]] = []
        self.free: list[list[int]] = []
        self.by_edge: list[list[tuple[_Edge, int]]] = []

    def node(self) -> int:
        if len(self.free) >= _MAX_NODES:
            raise PatternRefused("is too large")
        self.by_character.append([])
        self.free.append([])
        self.by_edge.append([])
        return len(self.free) - 1

    def add(self, part: _Part, begin: int) -> int:
        """Add a part after a node; the node it ends in."""
        match part:
            case _One(ranges):
                end = self.node()
                self.by_character[begin].append((ranges, end))
                return end
            case _Edge():
                end = self.node()
                self.by_edge[begin].append((part, end))
                return end
            case _Each(parts):
                for one in parts:
                    begin = self.add(one, begin)
                return begin
            case _Either(parts):
                end = self.node()
                for one in parts:
                    self.free[self.add(one, self._after(begin))].append(end)
                return end
            case _Repeat():
                return self._repeat(part, begin)
        assert_never(part)

    def _after(self, begin: int) -> int:
        found = self.node()
        self.free[begin].append(found)
        return found

    def _repeat(self, repeat: _Repeat, begin: int) -> int:
        for _ in range(repeat.least):
            begin = self.add(repeat.part, self._after(begin))
        if repeat.most is None:
            loop = self._after(begin)
            self.free[self.add(repeat.part, self._after(loop))].append(loop)
            return self._after(loop)
        end = self.node()
        for _ in range(repeat.most - repeat.least):
            self.free[begin].append(end)
            begin = self.add(repeat.part, self._after(begin))
        self.free[begin].append(end)
        return end


# --- the graph as an automaton (subset construction) -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Automaton:
    """``cuts`` are where one kind of character ends and the next begins; ``verdicts`` are known before the text ends, or None."""

    cuts: tuple[int, ...]
    moves: tuple[tuple[int, ...], ...]
    verdicts: tuple[bool | None, ...]
    at_end: tuple[bool, ...]

    def is_found(self, text: str) -> bool:
        """Whether the text holds a match somewhere. One step for each character."""
        cuts, moves, verdicts = self.cuts, self.moves, self.verdicts
        state = 0
        for character in text:
            verdict = verdicts[state]
            if verdict is not None:
                return verdict
            state = moves[state][bisect_right(cuts, ord(character)) - 1]
        verdict = verdicts[state]
        return self.at_end[state] if verdict is None else verdict


class _Compiler:
    """Makes every state of the automaton beforehand, so that a pattern that would have too many is refused, not met at run time."""

    def __init__(self, graph: _Graph, start: int, end: int) -> None:
        self._graph = graph
        self._start = start
        self._end = end
        self._work = 0
        points = {0} | {point for edges in graph.by_character for ranges, _ in edges for pair in ranges for point in (pair[0], pair[1] + 1)}
        self._cuts = tuple(sorted(point for point in points if point <= _LAST))

    def automaton(self) -> Automaton:
        first = self._closure([self._start], frozenset({_Edge.START}))
        states: list[frozenset[int]] = [first]
        known: dict[frozenset[int], int] = {}  # the first state is not among them: only it is at the start of the text
        moves: list[tuple[int, ...]] = []
        while len(moves) < len(states):
            nodes = states[len(moves)]
            targets = [] if self._end in nodes else [self._step(nodes, cut) for cut in self._cuts]
            for target in targets:
                if target not in known:
                    known[target] = len(states)
                    states.append(target)
            moves.append(tuple(known[target] for target in targets))
        return self._finished(states, moves)

    def _finished(self, states: list[frozenset[int]], moves: list[tuple[int, ...]]) -> Automaton:
        at_end = [self._ends(nodes, is_first=number == 0) for number, nodes in enumerate(states)]
        verdicts: list[bool | None] = []
        for number, nodes in enumerate(states):
            is_stuck = not at_end[number] and set(moves[number]) == {number}
            verdicts.append(True if self._end in nodes else False if is_stuck else None)
        return Automaton(self._cuts, tuple(moves), tuple(verdicts), tuple(at_end))

    def _ends(self, nodes: frozenset[int], *, is_first: bool) -> bool:
        edges = frozenset({_Edge.START, _Edge.END}) if is_first else frozenset({_Edge.END})
        return self._end in self._closure(nodes, edges)

    def _step(self, nodes: frozenset[int], point: int) -> frozenset[int]:
        """After a character of the kind that begins at this point; a match may also begin after it."""
        targets = [self._start]
        for node in nodes:
            for ranges, target in self._graph.by_character[node]:
                if any(first <= point <= last for first, last in ranges):
                    targets.append(target)
        return self._closure(targets, frozenset())

    def _closure(self, nodes: Iterable[int], edges: frozenset[_Edge]) -> frozenset[int]:
        """All nodes that are reached without a character."""
        found = set(nodes)
        pending = list(found)
        while pending:
            node = pending.pop()
            onward = self._graph.free[node] + [target for edge, target in self._graph.by_edge[node] if edge in edges]
            fresh = [target for target in onward if target not in found]
            found.update(fresh)
            pending += fresh
        self._work += len(found)
        if self._work > _MAX_WORK:
            raise PatternRefused("has too many ways to match; anchor it with ^ and $, or use smaller counts")
        return frozenset(found)
