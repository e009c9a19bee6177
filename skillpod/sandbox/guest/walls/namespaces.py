"""The zygote's own namespaces, and who its guests are on the host: never root.

Sources: namespaces(7), user_namespaces(7), pid_namespaces(7).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from skillpod.sandbox.guest import kernel

NAMESPACES = {
    "mount_namespace": kernel.NEWNS,
    "network_namespace": kernel.NEWNET,
    "ipc_namespace": kernel.NEWIPC,
    "uts_namespace": kernel.NEWUTS,
    "pid_namespace": kernel.NEWPID,
}
FIRST_ID = 1_900_000_000
"""Host user ids from here up belong to guests: high, unallocated by any system's habit, never root."""

ID_COUNT = 65_536
INNER_ID = 1000
"""What the zygote is called inside its namespace; guests are the ids above it."""


class WallFailed(Exception):
    """One wall can't be put up here: its name, and what the kernel said."""

    def __init__(self, wall: str, detail: object) -> None:
        super().__init__(f"{wall}: {detail}")
        self.wall = wall
        self.detail = str(detail)


class GrantFailed(Exception):
    """What stands behind a grant can't be given: its kind (volume, package, program) and name, why, and what to do."""

    kind = ""

    def __init__(self, name: str, detail: object, remedy: str = "") -> None:
        super().__init__(f"{self.kind} {name}: {detail}")
        self.name = name
        self.detail = str(detail)
        self.remedy = remedy


class Identity(NamedTuple):
    """``user`` and ``group`` are the first host ids given to guests, ``room`` how many; a single one can't tell guests apart."""

    user: int
    group: int
    room: int


def out_of_reach(wall: str, error: PermissionError) -> WallFailed:
    """A wall fails because its guests' user could not run the interpreter behind it."""
    return WallFailed(wall, f"without it the interpreter's library, {error.filename}, is closed to the guests' user")


def attempt(wall: str, step: Callable[[], object]) -> None:
    """Raises WallFailed when ``step`` raises OSError."""
    try:
        step()
    except OSError as error:
        raise WallFailed(wall, error) from error


def choose_identity() -> Identity:
    """Root becomes unallocated ids; anyone else stays who they are. Raises WallFailed where root has no ids to give away."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid(), 1)
    extents = list(_id_extents())
    if any(inner <= FIRST_ID and inner + count >= FIRST_ID + ID_COUNT for inner, _, count in extents):
        return Identity(FIRST_ID, FIRST_ID, ID_COUNT)
    if any(inner == 0 and outer != 0 for inner, outer, _ in extents):  # root of a container, nobody special on the host
        return Identity(os.geteuid(), os.getegid(), 1)
    raise WallFailed("user_namespace", "this root has no unallocated user ids to give to guests")


def enter(who: Identity, walls: Iterable[str]) -> None:
    """A new user namespace with its map of ids, and inside it the others that ``walls`` names. Raises WallFailed.

    The caller is then still its old self on the host, with every capability in the new namespace; ``become_guest`` ends the first.
    """
    if who.room > 1:
        attempt("user_namespace", partial(os.setgroups, []))
    helper = _Helper(who) if who.room > 1 else None
    attempt("user_namespace", partial(kernel.unshare, kernel.NEWUSER))
    if helper:
        helper.write_maps()
    else:
        attempt("user_namespace", partial(_write_maps, "self", who))
    for wall in walls:
        attempt(wall, partial(kernel.unshare, NAMESPACES[wall]))
        if wall == "uts_namespace":
            attempt(wall, partial(kernel.set_hostname, "guest"))


def become_guest() -> None:
    """Take the mapped ids; capabilities inside the namespace are kept. Raises WallFailed."""
    attempt("user_namespace", partial(os.setresgid, INNER_ID, INNER_ID, INNER_ID))
    attempt("user_namespace", partial(os.setresuid, INNER_ID, INNER_ID, INNER_ID))


def leave_root() -> None:
    """Without a user namespace: root becomes an unallocated user of the host. Raises WallFailed."""
    attempt("user_namespace", partial(os.setgroups, []))
    attempt("user_namespace", partial(os.setresgid, FIRST_ID, FIRST_ID, FIRST_ID))
    attempt("user_namespace", partial(os.setresuid, FIRST_ID, FIRST_ID, FIRST_ID))


def mapping(user: tuple[int, int], group: tuple[int, int]) -> int:
    """A descriptor of a user namespace that nobody lives in, for a mount: each pair is (id on disk, id of the host it acts as).

    Raises OSError.
    """
    ready, made = os.pipe()
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        os.close(tell)
        os._exit(_wait_in_a_namespace(made, told))
    os.close(made)
    os.close(told)
    try:
        if not os.read(ready, 1):
            raise OSError(errno.EPERM, "no user namespace can be made for a mount")
        for name, (inner, outer) in (("uid_map", user), ("gid_map", group)):
            with open(f"/proc/{process}/{name}", "w", encoding="ascii") as file:
                file.write(f"{inner} {outer} 1")
        return os.open(f"/proc/{process}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(ready)
        os.close(tell)
        os.waitpid(process, 0)


def _wait_in_a_namespace(made: int, told: int) -> int:
    """A namespace can be named only while someone is in it."""
    try:
        kernel.unshare(kernel.NEWUSER)
    except OSError as error:
        return error.errno or 1
    os.write(made, b"!")
    os.read(told, 1)
    return 0


class _Helper:
    """A child that stays in the parent user namespace, where it may map ids other than its own."""

    def __init__(self, who: Identity) -> None:
        told, self._tell = os.pipe()
        zygote = str(os.getpid())
        self._process = os.fork()
        if not self._process:
            os.close(self._tell)
            os._exit(_map_when_told(told, zygote, who))
        os.close(told)

    def write_maps(self) -> None:
        os.write(self._tell, b"!")
        os.close(self._tell)
        _, status = os.waitpid(self._process, 0)
        if status:
            raise WallFailed("user_namespace", f"mapping user ids: {os.strerror(os.waitstatus_to_exitcode(status))}")


def _map_when_told(told: int, zygote: str, who: Identity) -> int:
    """The errno of what failed, or 0. End of file means the zygote gave up."""
    if not os.read(told, 1):
        return 0
    try:
        _write_maps(zygote, who)
    except OSError as error:
        return error.errno or 1
    return 0


def _write_maps(process: str, who: Identity) -> None:
    texts = {"setgroups": "deny", "uid_map": f"{INNER_ID} {who.user} {who.room}", "gid_map": f"{INNER_ID} {who.group} {who.room}"}
    for name, text in texts.items():
        with open(f"/proc/{process}/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _id_extents() -> Iterator[tuple[int, int, int]]:
    """(inner, outer, count) of each line of our own map (user_namespaces(7))."""
    with open("/proc/self/uid_map", encoding="ascii") as table:
        for line in table:
            inner, outer, count = map(int, line.split())
            yield inner, outer, count
