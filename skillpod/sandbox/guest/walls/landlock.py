"""``landlock`` and ``landlock_scopes``: what a guest may do to files by path, whatever it can name; signals and abstract sockets end at it.

One of the two walls around files, the other is a root of its own. It is no network wall: multipath TCP, fast open, UDP and sockets in
folders pass it. The numbers come from the host (``skillpod.sandbox.landlock``). Source: landlock(7).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls import descriptors, root
from skillpod.sandbox.guest.walls.namespaces import WallFailed, out_of_reach


def ruleset(plan: Mapping[str, int], shown: root.View, granted: Iterable[tuple[int, int]], *, has_own_root: bool, has_scopes: bool) -> int:
    """One for all guests, made ahead: a fork only has to enforce it (24 us instead of 200). ``granted`` are descriptors of further
    directories, with rights. Raises WallFailed."""
    try:
        made = kernel.landlock_ruleset(plan["files"], plan["ports"], plan["scopes"] if has_scopes else 0)
        for directory in shown.readable:
            for path, whole in root.pieces(directory, () if has_own_root else shown.hidden):
                _grant(made, path, plan["read" if whole else "listing"], plan)
        for path in shown.executable:
            _grant(made, path, plan["execute"], plan)
        for path in shown.devices:
            _grant(made, path, plan["device"], plan)
        for path in shown.files:
            _grant(made, path, plan["read"], plan)
        if has_own_root:
            _grant(made, root.SCRATCH_HOLDER, plan["scratch"], plan)
        for opened, rights in granted:
            kernel.landlock_grant(made, opened, rights)
    except OSError as error:
        if isinstance(error, PermissionError) and error.filename and not has_own_root:
            raise out_of_reach("pivot_root", error) from error
        raise WallFailed("landlock", error) from error
    return descriptors.out_of_their_places(made)


def enforce(made: int | None, abi: int) -> str:
    if made is None:
        raise OSError("the kernel has no Landlock")
    kernel.landlock_enforce(made)
    return f"ABI {abi}"


def scopes(abi: int) -> str:
    """They went up with the ruleset, where the kernel knows them."""
    if abi < 6:
        raise OSError(f"ABI {abi} has none")
    return "signals and abstract sockets"


def _grant(made: int, path: str, rights: int, plan: Mapping[str, int]) -> None:
    """Rights that only a directory can have are refused by the kernel for a file."""
    opened = os.open(path, os.O_PATH)
    try:
        kernel.landlock_grant(made, opened, rights if os.path.isdir(path) else rights & plan["of_a_file"])
    finally:
        os.close(opened)
