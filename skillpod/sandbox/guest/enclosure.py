"""What the zygote puts up once for itself and so for every guest: namespaces, identity, root, capabilities, the Landlock ruleset."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls import capabilities, environment, landlock, namespaces, rlimits, root
from skillpod.sandbox.guest.walls.board import PROGRAMS_REQUIRE, REQUIRED, Walls
from skillpod.sandbox.guest.walls.namespaces import WallFailed, attempt, out_of_reach
from skillpod.sandbox.guest.walls.packages import Packages
from skillpod.sandbox.guest.walls.raising import Prepared
from skillpod.sandbox.guest.walls.seccomp import GuestFilter
from skillpod.sandbox.guest.walls.volumes import Volumes

if TYPE_CHECKING:
    from skillpod.sandbox.guest.network.authorities import Authorities
    from skillpod.sandbox.guest.walls.programs import Programs


class Enclosure(NamedTuple):
    """``ids`` is how many user ids there are to give to guests; with one, they share it. ``volumes`` are to be tried out yet, ``packages``
    are where guests may import from."""

    prepared: Prepared
    ids: int
    volumes: Volumes
    packages: tuple[str, ...]


class Given(NamedTuple):
    """What stands behind grants in this zygote; ``programs`` is None in one of guests."""

    volumes: Volumes
    packages: Packages
    programs: Programs | None


def shut_in(start: Mapping[str, Any]) -> Enclosure:
    """Everything but the pid namespace's first process, which is the caller's to fork. Raises WallFailed naming the wall to do without,
    GrantFailed."""
    programs, trusted = _programs(start["programs"]), _trusted(start["network"])
    required = REQUIRED if programs is None else REQUIRED | PROGRAMS_REQUIRE
    walls = Walls(start["without"], start["missing"], required)
    volumes, packages = Volumes(start["volumes"]), Packages(start["packages"])
    shown = root.view(trusted.files if trusted else {}) if programs is None else programs.view()
    baseline, interpreter = root.address_space(), sys.executable
    walls.put_up("environment", partial(environment.check, start["environment"]))
    if walls.fault():
        raise WallFailed("environment", "it is not the one that was constructed")
    if walls.possible("rlimits"):
        attempt("rlimits", rlimits.set_for_all)
    given = Given(volumes, packages, programs)
    ids = _enter_namespaces(walls, shown, given) if walls.wanted("user_namespace") else _do_without(walls, volumes)
    packages.require_readable()
    signalling = ids > 1 and not walls.stands("pid_namespace")
    nesting = programs is not None and walls.stands("pid_namespace")
    capabilities.keep_for_forks(mounting=walls.stands("pivot_root") or nesting, changing_id=ids > 1, signalling=signalling)
    plan = start["landlock"]
    if trusted:
        shown = trusted.announce(shown, has_own_root=walls.stands("pivot_root"))
    ruleset = _ruleset(walls, plan, shown, volumes, packages) if plan["abi"] and walls.possible("landlock") else None
    _require_a_wall_around_files(walls, ruleset)
    alone = ids > 1 and volumes.user is None
    _promise(walls, {"landlock": ruleset is not None, "scratch_quota": walls.stands("pivot_root"), "guest_identity": alone})
    prepared = Prepared(
        walls=walls,
        filter=GuestFilter(start["filters"]["guest" if _has_own_files(walls, volumes) else "among_others"]),
        ruleset=ruleset,
        abi=plan["abi"],
        baseline=baseline,
        bounding=kernel.bounding_set(),
        interpreter=interpreter,
        cgroup=start["cgroup"],
        volumes=volumes.said(),
        starts_programs=programs is not None,
        is_reaching=trusted is not None,
    )
    volumes.close()
    packages.close()
    return Enclosure(prepared, ids, volumes, packages.places)


def _programs(listed: Sequence[Mapping[str, Any]]) -> Programs | None:
    """None in a zygote of guests, which does not even load what is for programs alone."""
    if not listed:
        return None
    from skillpod.sandbox.guest.walls.programs import Programs  # SAFE: here, so that no other zygote pays for it

    return Programs(listed)


def _trusted(network: Mapping[str, Any] | None) -> Authorities | None:
    """Read while the host's files can be: whom a guest that reaches hosts believes."""
    if network is None:
        return None
    from skillpod.sandbox.guest.network import authorities  # SAFE: here, so that zygotes without the network never load it

    return authorities.gather(network["authorities"])


def _enter_namespaces(walls: Walls, shown: root.View, given: Given) -> int:
    who = namespaces.choose_identity()
    given.volumes.serve_as(who)
    if walls.possible("mount_namespace") and walls.possible("pivot_root"):
        given.volumes.clone(who)
    walls.active("user_namespace", f"user {who.user} of the host is user {namespaces.INNER_ID} inside")
    wanted = [wall for wall in namespaces.NAMESPACES if walls.wanted(wall)]
    namespaces.enter(who, wanted)
    for wall in wanted:
        walls.active(wall)
    sources = root.Sources(shown, given.volumes, given.packages) if walls.wanted("pivot_root") else None
    if sources and given.programs:
        given.programs.check(sources)
    namespaces.become_guest()
    if sources:
        sources.build()
        walls.active("pivot_root", f"{len(shown.readable)} directories of the host, read-only")
    return who.room


def _do_without(walls: Walls, volumes: Volumes) -> int:
    """No namespaces: root becomes an unallocated user of the host, and the interpreter must then still be readable."""
    for wall in (*namespaces.NAMESPACES, "pivot_root"):
        walls.wanted(wall)
    if namespaces.choose_identity().room > 1:
        attempt("capabilities", kernel.drop_bounding_set)
        namespaces.leave_root()
    volumes.serve_as(namespaces.Identity(os.geteuid(), os.getegid(), 1))
    try:
        os.listdir(os.path.dirname(os.__file__))
    except PermissionError as error:
        raise out_of_reach("user_namespace", error) from error
    return 1


def _ruleset(walls: Walls, plan: Mapping[str, int], shown: root.View, volumes: Volumes, packages: Packages) -> int:
    has_scopes = not walls.left_out("landlock_scopes")
    granted = chain(volumes.grants(plan), packages.grants(plan))
    return landlock.ruleset(plan, shown, granted, has_own_root=walls.stands("pivot_root"), has_scopes=has_scopes)


def _has_own_files(walls: Walls, volumes: Volumes) -> bool:
    """Whether a guest can change no file but those it made: then it may change their modes and times, which Landlock does not see."""
    return walls.stands("pivot_root") and not volumes.any_writable


def _promise(walls: Walls, ready: Mapping[str, bool]) -> None:
    for name, is_ready in ready.items():
        if is_ready and walls.possible(name):
            walls.promise(name)


def _require_a_wall_around_files(walls: Walls, ruleset: int | None) -> None:
    opted_out = walls.left_out("landlock") and walls.left_out("pivot_root")
    if ruleset is None and not walls.stands("pivot_root") and not opted_out:
        missing = next(name for name in ("user_namespace", "mount_namespace", "pivot_root") if not walls.stands(name))
        raise WallFailed("landlock", f"it is not there, and neither is a root of the guests' own ({missing}: {walls.detail(missing)})")
