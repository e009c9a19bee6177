"""What the zygote puts up once for itself and so for every guest: namespaces, identity, root, capabilities, the Landlock ruleset."""

from __future__ import annotations

import base64
import fcntl
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from skillpod.sandbox.guest import kernel, namespaces, root
from skillpod.sandbox.guest.namespaces import WallFailed, attempt
from skillpod.sandbox.guest.walls import WIRE, Prepared, Walls


@dataclass(frozen=True, slots=True)
class Enclosure:
    """``ids`` is how many user ids there are to give to guests; with one, they share it."""

    prepared: Prepared
    ids: int


def shut_in(start: Mapping[str, Any]) -> Enclosure:
    """Everything but the pid namespace's first process, which is the caller's to fork. Raises WallFailed naming the wall to do without."""
    walls = Walls(start["without"], start["missing"])
    shown, baseline, interpreter = root.view(), root.address_space(), sys.executable
    walls.put_up("environment", partial(_check_environment, start["environment"]))
    if walls.fault():
        raise WallFailed("environment", "it is not the one that was constructed")
    ids = _enter_namespaces(walls, shown) if walls.wanted("user_namespace") else _do_without(walls)
    _keep_only_what_forks_need(walls, ids)
    plan = start["landlock"]
    ruleset = _ruleset(walls, plan, shown) if plan["abi"] and walls.possible("landlock") else None
    _require_a_wall_around_files(walls, ruleset)
    _promise(walls, {"landlock": ruleset is not None, "scratch_quota": walls.stands("pivot_root"), "guest_identity": ids > 1})
    prepared = Prepared(
        walls=walls,
        program=base64.b64decode(start["filter"]["program"]),
        own_pid=tuple(start["filter"]["own_pid"]),
        ruleset=ruleset,
        abi=plan["abi"],
        baseline=baseline,
        bounding=kernel.bounding_set(),
        interpreter=interpreter,
    )
    return Enclosure(prepared, ids)


def _check_environment(constructed: Mapping[str, str]) -> str:
    """The kernel's copy is compared, not ours: what was cleared in Python can still be read there."""
    with open("/proc/self/environ", "rb") as file:
        held = {entry for entry in file.read().split(b"\0") if entry}
    if held != {f"{name}={value}".encode() for name, value in constructed.items()}:
        raise OSError("it is not the one that was constructed")
    return ", ".join(sorted(constructed))


def _enter_namespaces(walls: Walls, shown: root.View) -> int:
    who = namespaces.choose_identity()
    walls.active("user_namespace", f"user {who.user} of the host is user {namespaces.INNER_ID} inside")
    wanted = [wall for wall in namespaces.NAMESPACES if walls.wanted(wall)]
    namespaces.enter(who, wanted)
    for wall in wanted:
        walls.active(wall)
    sources = root.Sources(shown) if walls.wanted("pivot_root") else None
    namespaces.become_guest()
    if sources:
        sources.build()
        walls.active("pivot_root", f"{len(shown.readable)} directories of the host, read-only")
    return who.count


def _do_without(walls: Walls) -> int:
    """No namespaces: root becomes an unallocated user of the host, and the interpreter must then still be readable."""
    for wall in (*namespaces.NAMESPACES, "pivot_root"):
        walls.wanted(wall)
    if namespaces.choose_identity().count > 1:
        attempt("capabilities", kernel.drop_bounding_set)
        namespaces.leave_root()
    try:
        os.listdir(os.path.dirname(os.__file__))
    except PermissionError as error:
        raise _out_of_reach("user_namespace", error) from error
    return 1


def _out_of_reach(wall: str, error: PermissionError) -> WallFailed:
    return WallFailed(wall, f"without it the interpreter's library, {error.filename}, is closed to the guests' user")


def _keep_only_what_forks_need(walls: Walls, ids: int) -> None:
    """Guests mount their scratch and take their id with these, then drop them; nothing regains any (capabilities(7), securebits)."""
    if not kernel.capabilities():
        return
    mounting = 1 << kernel.CAP_SYS_ADMIN if walls.stands("pivot_root") else 0
    changing_id = 1 << kernel.CAP_SETUID | 1 << kernel.CAP_SETGID if ids > 1 else 0
    attempt("capabilities", kernel.drop_bounding_set)
    attempt("capabilities", partial(kernel.prctl, kernel.PR_SET_SECUREBITS, kernel.SECUREBITS_LOCKED))
    attempt("capabilities", partial(kernel.set_capabilities, mounting | changing_id))
    if kernel.capabilities() != mounting | changing_id or kernel.bounding_set():
        raise WallFailed("capabilities", "the kernel did not take them away")


def _ruleset(walls: Walls, plan: Mapping[str, int], shown: root.View) -> int:
    """One ruleset for all guests, made ahead: a fork only has to enforce it (24 us instead of 200). Raises WallFailed."""
    try:
        scopes = 0 if walls.left_out("landlock_scopes") else plan["scopes"]
        ruleset = kernel.landlock_ruleset(plan["files"], plan["ports"], scopes)
        hidden = () if walls.stands("pivot_root") else shown.hidden
        for directory in shown.readable:
            for path, whole in root.pieces(directory, hidden):
                _grant(ruleset, path, plan["read" if whole else "listing"], plan)
        for path in shown.devices:
            _grant(ruleset, path, plan["device"], plan)
        if walls.stands("pivot_root"):
            _grant(ruleset, root.SCRATCH_HOLDER, plan["scratch"], plan)
    except OSError as error:
        if isinstance(error, PermissionError) and error.filename and not walls.stands("pivot_root"):
            raise _out_of_reach("pivot_root", error) from error
        raise WallFailed("landlock", error) from error
    return _out_of_the_wires_place(ruleset)


def _out_of_the_wires_place(descriptor: int) -> int:
    """A guest's wire takes a low number; what it needs until then must not have it."""
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, WIRE + 1)
    finally:
        os.close(descriptor)


def _promise(walls: Walls, ready: Mapping[str, bool]) -> None:
    for name, is_ready in ready.items():
        if is_ready and walls.possible(name):
            walls.promise(name)


def _grant(ruleset: int, path: str, rights: int, plan: Mapping[str, int]) -> None:
    """Rights that only a directory can have are refused by the kernel for a file."""
    opened = os.open(path, os.O_PATH)
    try:
        kernel.landlock_grant(ruleset, opened, rights if os.path.isdir(path) else rights & plan["device"])
    finally:
        os.close(opened)


def _require_a_wall_around_files(walls: Walls, ruleset: int | None) -> None:
    opted_out = walls.left_out("landlock") and walls.left_out("pivot_root")
    if ruleset is None and not walls.stands("pivot_root") and not opted_out:
        missing = next(name for name in ("user_namespace", "mount_namespace", "pivot_root") if not walls.stands(name))
        raise WallFailed("landlock", f"it is not there, and neither is a root of the guests' own ({missing}: {walls.detail(missing)})")
