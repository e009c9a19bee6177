"""The guest's system-call filter: a classic BPF program built once, on the host, from the table in ``seccomp.json``.

Sources: seccomp(2), Linux ``Documentation/userspace-api/seccomp_filter.rst``, ``include/uapi/linux/{filter,seccomp,audit}.h``.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from skillpod.errors import IsolationUnavailable
from skillpod.resources import packaged_text

ALLOW = 0x7FFF0000
TELL = 0x7FC00000
"""SECCOMP_RET_USER_NOTIF: whoever holds the filter's listener answers; with nobody listening the call does not exist (ENOSYS)."""

ERRNO = 0x00050000
KILL_PROCESS = 0x80000000
ERRORS = {"EPERM": 1, "ENOSYS": 38, "EOPNOTSUPP": 95}
_REFUSED, _UNKNOWN = ERRNO | ERRORS["EPERM"], ERRNO | ERRORS["ENOSYS"]

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000

_LOAD, _JUMP, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_WHOLE = 0xFFFFFFFF
_FAR = 255  # a conditional jump's reach
_LARGEST = 4096  # BPF_MAXINSNS

_SELF = -1
"""Stands where the guest's own process id goes, which is known only after the fork."""


@dataclass(frozen=True, slots=True)
class Filter:
    """``program`` is an array of ``struct sock_filter``; at each byte offset of ``own_pid`` a guest writes its process id (u32, native)."""

    program: bytes
    own_pid: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"program": base64.b64encode(self.program).decode(), "own_pid": self.own_pid}


class Condition(NamedTuple):
    """One argument of a call: ``argument & mask == value`` on the low 32 bits; ``wide`` also wants the high 32 bits to be zero."""

    argument: int
    mask: int
    value: int
    wide: bool


class Rule(NamedTuple):
    """What is answered to one call: ``action``, or, with ``alternatives``, ALLOW if all tests of one of them hold and else ``action``."""

    number: int
    action: int
    alternatives: tuple[tuple[Condition, ...], ...] = ()


class _Step(NamedTuple):
    code: int
    k: int
    if_true: int = 0
    if_false: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """``zygote`` is put on once and inherited by every guest, ``told`` is the same with a listener for what is told; ``guest`` is what each
    guest adds, ``among_others`` instead of it where not all files that a guest may change are its own. Of all filters on a process the
    strictest answer holds (seccomp(2))."""

    zygote: Filter
    told: Filter
    guest: Filter
    among_others: Filter

    def as_dict(self) -> dict[str, Any]:
        """As the zygote takes it."""
        return {name: getattr(self, name).as_dict() for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ProgramFilters:
    """The same for the process that granted programs are forked from, and for what they are started in. Nobody is told of anything: who
    tried is no guest, but a process that a guest's program started."""

    zygote: Filter
    guest: Filter
    among_others: Filter

    def as_dict(self) -> dict[str, Any]:
        """As the zygote takes it."""
        return {name: getattr(self, name).as_dict() for name in self.__slots__}


@cache
def build(architecture: str = "") -> Filters:
    """For a machine as ``uname -m`` names it (empty: this one). Raises IsolationUnavailable for one without a table.

    In two parts, because a fork pays for the length of what it installs: the long allowlist goes on the zygote, which keeps besides only
    the calls that a fork needs; the short one takes those away.
    """
    return Filters(
        zygote=_zygotes(architecture, Wearer.ZYGOTE),
        told=_zygotes(architecture, Wearer.ZYGOTE, told=TELL),
        guest=_guests(architecture, Wearer.GUEST),
        among_others=_guests(architecture, Wearer.GUEST_AMONG_OTHERS),
    )


@cache
def for_reaching(architecture: str = "") -> Filters:
    """The same for guests with a line to the network. Raises as ``build`` does."""
    return replace(
        build(architecture),
        guest=_guests(architecture, Wearer.REACHING),
        among_others=_guests(architecture, Wearer.REACHING_AMONG_OTHERS),
    )


@cache
def for_programs(architecture: str = "") -> ProgramFilters:
    """Raises as ``build`` does."""
    return ProgramFilters(
        zygote=_zygotes(architecture, Wearer.PROGRAMS_ZYGOTE),
        guest=_guests(architecture, Wearer.PROGRAM),
        among_others=_guests(architecture, Wearer.PROGRAM_AMONG_OTHERS),
    )


def for_good(architecture: str = "") -> tuple[bytes, bytes]:
    """The two programs, ``zygote`` and ``among_others``, of a process that puts on both at once. Raises as ``build`` does."""
    return _zygotes(architecture, Wearer.ZYGOTE).program, _guests(architecture, Wearer.GUEST_AMONG_OTHERS).program


def _zygotes(architecture: str, wearer: Wearer, *, told: int = _REFUSED) -> Filter:
    table, architecture = _table(architecture)
    wanted = rules(table, architecture, wearer, told=told)
    spans = _spans(wanted, table["last_known"][architecture], otherwise=_REFUSED, unknown=_UNKNOWN)
    return _encode(assemble(spans, architecture=architecture))


def _guests(architecture: str, wearer: Wearer) -> Filter:
    table, architecture = _table(architecture)
    wanted = rules(table, architecture, wearer, told=_REFUSED)
    spans = _spans(wanted, table["last_known"][architecture], otherwise=ALLOW, unknown=ALLOW)
    return _encode(assemble(spans, architecture=architecture))


@cache
def told_names() -> Mapping[int, str]:
    """What this machine's numbers of the told calls are called."""
    table, architecture = _table("")
    return {row[architecture]: row["name"] for row in table["refuse"] if row.get("told") and row[architecture] is not None}


@cache
def _table(architecture: str) -> tuple[Mapping[str, Any], str]:
    architecture = architecture or os.uname().machine
    if architecture not in AUDIT_ARCH:
        raise IsolationUnavailable(
            f"there is no table of system calls for {architecture or 'this machine'}",
            at="seccomp",
            hint=f"run on one of: {', '.join(sorted(AUDIT_ARCH))}",
        )
    return json.loads(packaged_text("sandbox/seccomp.json")), architecture


class Wearer(Enum):
    ZYGOTE = "zygote"
    GUEST = "guest"
    GUEST_AMONG_OTHERS = "guest among others"
    REACHING = "guest with a line"
    REACHING_AMONG_OTHERS = "guest with a line among others"
    PROGRAMS_ZYGOTE = "zygote of programs"
    PROGRAM = "program"
    PROGRAM_AMONG_OTHERS = "program among others"

    @property
    def is_zygote(self) -> bool:
        return self in (Wearer.ZYGOTE, Wearer.PROGRAMS_ZYGOTE)

    @property
    def is_of_programs(self) -> bool:
        return self in (Wearer.PROGRAMS_ZYGOTE, Wearer.PROGRAM, Wearer.PROGRAM_AMONG_OTHERS)

    @property
    def is_among_others(self) -> bool:
        """Whether some of the files it may change are not its own."""
        return self in (Wearer.GUEST_AMONG_OTHERS, Wearer.REACHING_AMONG_OTHERS, Wearer.PROGRAM_AMONG_OTHERS)

    @property
    def has_line(self) -> bool:
        return self in (Wearer.REACHING, Wearer.REACHING_AMONG_OTHERS)


def rules(table: Mapping[str, Any], architecture: str, wearer: Wearer, *, told: int) -> list[Rule]:
    """The rows that this filter answers, by number. ``told`` is the answer to those that are told. Raises ValueError when a number is there
    twice."""
    found: dict[int, Rule] = {}
    for row in (*table["allow"], *table["refuse"]):
        number = row[architecture]
        if number is None:
            continue
        if number in found:
            raise ValueError(f"{row['name']}: number {number} is listed twice")
        found[number] = _rule(row, number, wearer, told)
    return [found[number] for number in sorted(found)]


def assemble(spans: Sequence[Rule], *, architecture: str) -> list[_Step]:
    """Foreign architectures die; then a balanced tree over the numbers, whose leaves answer."""
    head = [
        _Step(_LOAD, _ARCHITECTURE),
        _Step(_EQUAL, AUDIT_ARCH[architecture], if_true=1),
        _Step(_RETURN, KILL_PROCESS),
        _Step(_LOAD, _NUMBER),
    ]
    steps = head + _tree(spans)
    if len(steps) > _LARGEST:
        raise ValueError(f"the filter has {len(steps)} steps, the kernel takes {_LARGEST}")
    return steps


def _rule(row: Mapping[str, Any], number: int, wearer: Wearer, told: int) -> Rule:
    is_zygotes = row.get("zygote") in ((True, "programs") if wearer.is_of_programs else (True,))
    is_refused_again = wearer.is_among_others and "own_files" in row
    if is_zygotes is wearer.is_zygote and not is_refused_again:
        return Rule(number, ALLOW)  # the zygote may, and what it does not need its own filter has settled
    if wearer.is_of_programs and "program" in row:
        return Rule(number, ERRNO | ERRORS["EPERM"], _alternatives(row["program"]))
    if "own_files" in row and not is_refused_again:
        return Rule(number, ERRNO | ERRORS["EPERM"], _alternatives(row["own_files"]))
    if "line" in row and wearer.has_line:
        return Rule(number, ERRNO | ERRORS["EPERM"], _alternatives(row["line"]))
    if row.get("told"):
        return Rule(number, told)
    if "errno" in row:
        return Rule(number, ERRNO | ERRORS[row["errno"]])
    if "when" not in row:
        return Rule(number, ALLOW)
    return Rule(number, ERRNO | ERRORS["EPERM"], _alternatives(row["when"]))


def _alternatives(lists: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[tuple[Condition, ...], ...]:
    return tuple(tuple(map(_test, tests)) for tests in lists)


def _test(shape: Mapping[str, Any]) -> Condition:
    value = _SELF if shape["is"] == "self" else int(shape["is"], 16)
    return Condition(shape["arg"], int(shape.get("mask", hex(_WHOLE)), 16), value, bool(shape.get("wide", False)))


def _spans(wanted: Sequence[Rule], last_known: int, *, otherwise: int, unknown: int) -> list[Rule]:
    """Every number from 0 up, as rules that hold from their number to the next one's; neighbours that answer alike are one.

    ``otherwise`` is answered to a known number without a rule, ``unknown`` to those above ``last_known``."""
    spans: list[Rule] = []
    following = 0
    for rule in wanted:
        if following < rule.number <= last_known:
            _add(spans, Rule(following, otherwise))
        if rule.number <= last_known:
            _add(spans, rule)
            following = rule.number + 1
    if following <= last_known:
        _add(spans, Rule(following, otherwise))
    return [*spans, Rule(last_known + 1, unknown), Rule(X32_BIT, KILL_PROCESS)]


def _add(spans: list[Rule], rule: Rule) -> None:
    """Unless it answers as the one before it does."""
    if not spans or rule.alternatives or spans[-1][1:] != rule[1:]:
        spans.append(rule)


def _tree(spans: Sequence[Rule]) -> list[_Step]:
    if len(spans) == 1:
        return _leaf(spans[0])
    middle = len(spans) // 2
    lower, upper = _tree(spans[:middle]), _tree(spans[middle:])
    if len(lower) <= _FAR:
        return [_Step(_AT_LEAST, spans[middle].number, if_true=len(lower)), *lower, *upper]
    return [_Step(_AT_LEAST, spans[middle].number, if_false=1), _Step(_JUMP, len(lower)), *lower, *upper]


def _leaf(rule: Rule) -> list[_Step]:
    steps: list[_Step] = []
    for tests in rule.alternatives:
        steps += _all_of([step for test in tests for step in _loads(test)])
    return [*steps, _Step(_RETURN, rule.action)]


def _loads(test: Condition) -> list[tuple[int, int, int]]:
    """(offset, mask, value) of each 32-bit word to compare. Both architectures are little-endian."""
    low = _ARGUMENTS + 8 * test.argument
    words = [(low, test.mask, test.value)]
    return [*words, (low + 4, _WHOLE, 0)] if test.wide else words


def _all_of(words: Sequence[tuple[int, int, int]]) -> list[_Step]:
    """ALLOW if every word is as wanted, else fall through to what follows."""
    steps: list[_Step] = [_Step(_RETURN, ALLOW)]
    for offset, mask, value in reversed(words):
        compare = _Step(_EQUAL, value, if_false=len(steps))
        masked = [] if mask == _WHOLE else [_Step(_AND, mask)]
        steps = [_Step(_LOAD, offset), *masked, compare, *steps]
    return steps


def _encode(steps: Sequence[_Step]) -> Filter:
    own_pid = tuple(index * 8 + 4 for index, step in enumerate(steps) if step.k == _SELF)
    pack = struct.Struct("=HBBI").pack
    program = b"".join([pack(step.code, step.if_true, step.if_false, max(step.k, 0)) for step in steps])
    return Filter(program, own_pid)
