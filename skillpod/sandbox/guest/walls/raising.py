"""The walls of one guest, put up between the fork and the first byte of a skill, each read back, then all of them tried.

The order matters: what needs a right comes before the right is dropped, and the filter of system calls is last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from skillpod.sandbox.guest.walls import (
    capabilities,
    cgroup,
    descriptors,
    identity,
    landlock,
    no_new_privs,
    parent_death,
    rlimits,
    scratch,
    self_test,
)
from skillpod.sandbox.guest.walls.board import Walls
from skillpod.sandbox.guest.walls.seccomp import GuestFilter
from skillpod.sandbox.guest.walls.volumes import Said

_RUNS_TOGETHER = 16
"""Where the programs of a domain share one user id, that many runs' worth of processes are all they have: one that forks without end can
keep others of its own domain from starting anything, and nobody else."""


class Prepared(NamedTuple):
    """What the zygote made once for all its guests.

    ``baseline`` is its own address space in bytes; ``ruleset`` a Landlock descriptor; ``bounding`` what is left of its bounding set, which
    can only shrink; ``cgroup`` is what the host said of the one it put the zygote into; ``volumes`` what ``Volumes.said`` says.
    ``starts_programs``: its guests are no skills, but start granted programs. ``is_reaching``: they have a line to the network.
    """

    walls: Walls
    filter: GuestFilter
    ruleset: int | None
    abi: int
    baseline: int
    bounding: int
    interpreter: str
    cgroup: Mapping[str, Any]
    volumes: Said
    starts_programs: bool
    is_reaching: bool


class Guest(NamedTuple):
    """One fork: its parent's process id (0 where that is out of its sight), its descriptors (``line`` is None where it has none), its
    limits as ``Limits`` names them, its
    user id inside the namespace (None: the zygote's), and whether others have that id too."""

    parent: int
    wire: int
    output: int
    line: int | None
    limits: Mapping[str, Any]
    user: int | None
    is_shared: bool
    one_call: bool


class Report(NamedTuple):
    walls: Walls
    self_test: dict[str, str]
    volumes: Said
    failed: bool

    def as_frame(self) -> dict[str, Any]:
        return {
            "t": "walls",
            "walls": self.walls.as_list(),
            "self_test": self.self_test,
            "volumes": self.volumes,
            "failed": self.failed,
        }


def raise_walls(prepared: Prepared, guest: Guest, inherited: Collection[int]) -> Report:
    """Every wall, then the self-test. When a required one did not go up, or a probe got through, ``failed`` is true: load nothing.

    ``inherited`` are descriptors of the zygote's that must not be open afterwards.
    """
    walls = prepared.walls.copy()
    descriptors.place(guest.wire, guest.output, guest.line)
    owner = guest.user if guest.is_shared or walls.possible("guest_identity") else None  # else it stays who the zygote is
    walls.put_up("scratch_quota", lambda: scratch.mount(int(guest.limits["scratch"]), owner))
    if guest.user is not None and guest.is_shared:
        identity.join(guest.user)  # no wall, so nothing here does without it: the volumes are open to this user alone
    walls.put_up("guest_identity", lambda: identity.take(guest.user, is_shared=guest.is_shared))
    if walls.stands("scratch_quota"):
        scratch.enter(int(guest.limits["scratch"]))
    walls.put_up("capabilities", lambda: capabilities.drop(prepared.bounding))
    walls.put_up("parent_death", lambda: parent_death.die_with(guest.parent))
    walls.put_up("rlimits", lambda: _limit(prepared, guest, is_shared_id=guest.is_shared or not walls.stands("guest_identity")))
    walls.put_up("no_new_privs", no_new_privs.promise)
    walls.put_up("landlock", lambda: landlock.enforce(prepared.ruleset, prepared.abi))
    walls.put_up("landlock_scopes", lambda: landlock.scopes(prepared.abi))
    walls.put_up("descriptors", lambda: descriptors.close(is_reaching=prepared.is_reaching))
    walls.put_up("seccomp", prepared.filter.enforce)
    walls.put_up("cgroup", lambda: cgroup.told(prepared.cgroup))
    open_to_it = descriptors.LINE if prepared.is_reaching else descriptors.WIRE
    probed = _tried(walls, prepared, guest, [number for number in inherited if number > open_to_it])
    escaped = any(answer != self_test.REFUSED for answer in probed.values())
    return Report(walls, probed, prepared.volumes, failed=walls.fault() is not None or escaped)


def _tried(walls: Walls, prepared: Prepared, guest: Guest, inherited: Collection[int]) -> dict[str, str]:
    if prepared.starts_programs:
        return self_test.tried_for_programs(walls, inherited=inherited, volumes=prepared.volumes)
    return self_test.tried(walls, interpreter=prepared.interpreter, parent=guest.parent, inherited=inherited, volumes=prepared.volumes)


def _limit(prepared: Prepared, guest: Guest, *, is_shared_id: bool) -> str:
    limits, shared = guest.limits, rlimits.SHARED_THREADS
    if prepared.starts_programs:
        limits = {**limits, "threads": int(limits["threads"]) + 1}  # beside the process that waits for them
        shared = _RUNS_TOGETHER * limits["threads"]
    return rlimits.set_from(
        limits,
        baseline=prepared.baseline,
        is_shared_id=is_shared_id,
        is_for_one_call=guest.one_call,
        shared_threads=shared,
        connections=0 if guest.line is None else int(guest.limits["connections"]),
    )
