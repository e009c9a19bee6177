"""The walls of one guest, put up between the fork and the first byte of a skill, each read back, then all of them tried.

The order matters: what needs a right comes before the right is dropped, and the filter of system calls is last.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from skillpod.sandbox.guest import kernel, root

WIRE = 3
"""The only descriptor of a guest beside 0, 1 and 2."""

REMEDIES = {
    "environment": "start the pod's own zygote; an embedding must not hand it an environment",
    "user_namespace": "allow user namespaces: sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0, "
    "or a container profile that permits unshare",
    "pivot_root": "allow mounting inside user namespaces (container profile, AppArmor)",
    "landlock": "use a Linux kernel of 5.13 or newer with Landlock enabled (lsm=landlock,...)",
    "landlock_scopes": "use a Linux kernel of 6.12 or newer",
    "seccomp": "use a kernel with CONFIG_SECCOMP_FILTER, and a container profile that permits prctl(PR_SET_SECCOMP)",
    "guest_identity": "run the pod as root: an ordinary user has one id to give, so its guests share it",
    "scratch_quota": "allow user namespaces and mounting in them: without, guests have no directory to write to",
    "cgroup": "none yet: this version limits each guest, not all of them together",
}
WALLS = (
    "environment",
    "user_namespace",
    "mount_namespace",
    "network_namespace",
    "ipc_namespace",
    "uts_namespace",
    "pid_namespace",
    "pivot_root",
    "scratch_quota",
    "guest_identity",
    "capabilities",
    "parent_death",
    "rlimits",
    "no_new_privs",
    "landlock",
    "landlock_scopes",
    "descriptors",
    "seccomp",
    "cgroup",
)
"""Every wall there is, in the order they go up."""

REQUIRED = frozenset({"environment", "descriptors", "no_new_privs", "rlimits", "seccomp", "capabilities"})
_FILE_WALLS = frozenset({"landlock", "pivot_root"})
_NEEDS = {
    "mount_namespace": "user_namespace",
    "network_namespace": "user_namespace",
    "ipc_namespace": "user_namespace",
    "uts_namespace": "user_namespace",
    "pid_namespace": "user_namespace",
    "pivot_root": "mount_namespace",
    "scratch_quota": "pivot_root",
    "landlock_scopes": "landlock",
}

_OPEN_FILES = 256
_STACK = 8 * 1024 * 1024
_SHARED_THREADS = 4096
"""How many threads all guests together may have where they share one user id; with an id each, a guest has its own limit."""


class Walls:
    """What stands and what does not, in the order it was tried. ``without`` are walls the operator named; ``missing`` what can't be had."""

    def __init__(self, without: Collection[str], missing: Mapping[str, str]) -> None:
        self._without = frozenset(without)
        self._missing = dict(missing)
        self._said: dict[str, dict[str, Any]] = {}
        self._promised: set[str] = set()

    def copy(self) -> Walls:
        other = Walls(self._without, self._missing)
        other._said = dict(self._said)
        other._promised = set(self._promised)
        return other

    def promise(self, name: str) -> None:
        """The zygote has made it ready: a guest that can't put it up is no guest, even if this host could have done without."""
        self._promised.add(name)

    def wanted(self, name: str) -> bool:
        """True if it should be put up now; when it should not, that is written down."""
        if name in self._without:
            self._say(name, "disabled", "left out by name")
        elif name in self._missing:
            self.unavailable(name, self._missing[name])
        elif name in _NEEDS and not self.stands(_NEEDS[name]):
            self.unavailable(name, f"needs {_NEEDS[name]}")
        else:
            return True
        return False

    def put_up(self, name: str, step: Callable[[], str]) -> None:
        """``step`` returns what it did. An OSError is an absent wall, never a smaller one."""
        if self.wanted(name):
            try:
                self.active(name, step())
            except OSError as error:
                self.unavailable(name, str(error))

    def active(self, name: str, detail: str = "") -> None:
        self._say(name, "active", detail)

    def unavailable(self, name: str, detail: str) -> None:
        self._say(name, "unavailable", detail)

    def stands(self, name: str) -> bool:
        return self._said.get(name, {}).get("state") == "active"

    def detail(self, name: str) -> str:
        return str(self._said[name]["detail"])

    def possible(self, name: str) -> bool:
        """Neither left out by name nor known to be missing."""
        return name not in self._without and name not in self._missing

    def left_out(self, name: str) -> bool:
        return name in self._without

    def fault(self) -> dict[str, Any] | None:
        """The first required wall that is neither up nor left out by its name."""
        return next((wall for wall in self.as_list() if wall["required"] and wall["state"] == "unavailable"), None)

    def as_list(self) -> list[dict[str, Any]]:
        return [{**wall, "required": self._required(wall["name"])} for wall in self._said.values()]

    def _required(self, name: str) -> bool:
        """One wall around files is enough; where there is none, each of the two is what is missing."""
        if name in self._promised:
            return True
        if name in _FILE_WALLS:
            return not any(self.stands(other) for other in _FILE_WALLS - {name})
        return name in REQUIRED

    def _say(self, name: str, state: str, detail: str) -> None:
        remedy = REMEDIES.get(name, "") if state == "unavailable" else ""
        self._said[name] = {"name": name, "state": state, "detail": detail, "remedy": remedy}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the zygote made once for all its guests.

    ``baseline`` is its own address space in bytes; ``ruleset`` a Landlock descriptor; ``bounding`` what is left of its bounding set, which
    can only shrink.
    """

    walls: Walls
    program: bytes
    own_pid: tuple[int, ...]
    ruleset: int | None
    abi: int
    baseline: int
    bounding: int
    interpreter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """One fork: its parent's process id, its descriptors, its limits as ``Limits`` names them, its own user id inside the namespace
    (None: the shared one)."""

    parent: int
    wire: int
    output: int
    limits: Mapping[str, Any]
    user: int | None
    one_call: bool


@dataclass(slots=True)
class Report:
    walls: Walls
    self_test: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    def as_frame(self) -> dict[str, Any]:
        return {"t": "walls", "walls": self.walls.as_list(), "self_test": self.self_test, "failed": self.failed}


def raise_walls(prepared: Prepared, guest: Guest, inherited: Collection[int]) -> Report:
    """Every wall, then the self-test. When a required one did not go up, or a probe got through, ``failed`` is true: load nothing.

    ``inherited`` are descriptors of the zygote's that must not be open afterwards.
    """
    walls = prepared.walls.copy()
    _place_descriptors(guest)
    walls.put_up("scratch_quota", lambda: _scratch(guest))
    walls.put_up("guest_identity", lambda: _identity(guest))
    walls.put_up("capabilities", lambda: _drop_capabilities(prepared.bounding))
    walls.put_up("parent_death", lambda: _die_with_parent(guest.parent))
    walls.put_up("rlimits", lambda: _limit(prepared, guest))
    walls.put_up("no_new_privs", _no_new_privileges)
    walls.put_up("landlock", lambda: _landlock(prepared))
    if walls.wanted("landlock_scopes"):
        _scopes(walls, prepared.abi)
    walls.put_up("descriptors", _close_descriptors)
    walls.put_up("seccomp", lambda: _filter_calls(prepared))
    if walls.wanted("cgroup"):
        walls.unavailable("cgroup", "guests are in the pod's own cgroup")
    report = Report(walls)
    report.self_test, escaped = _self_test(_Probed(prepared.interpreter, guest.parent, tuple(inherited)), walls)
    report.failed = walls.fault() is not None or escaped
    return report


# --- one wall each; what is returned is the report's detail ---------------------------------------------------------------------


def _place_descriptors(guest: Guest) -> None:
    os.dup2(guest.output, 1)
    os.dup2(guest.output, 2)
    if guest.wire != WIRE:  # dup3(2) refuses a descriptor onto itself
        os.dup2(guest.wire, WIRE, inheritable=False)


def _scratch(guest: Guest) -> str:
    size = int(guest.limits["scratch"])
    kernel.unshare(kernel.NEWNS)
    if not size:
        return "no directory to write to"
    root.mount_scratch(size, os.geteuid() if guest.user is None else guest.user)
    return f"{size} bytes"


def _identity(guest: Guest) -> str:
    if guest.user is None:
        raise OSError(f"guests share the user id {os.geteuid()}")
    os.setresgid(guest.user, guest.user, guest.user)
    os.setresuid(guest.user, guest.user, guest.user)
    return f"user {guest.user}"


def _drop_capabilities(bounding: int) -> str:
    kernel.set_capabilities(0)
    if kernel.capabilities():
        raise OSError("a capability is still held")
    return "none held, bounding set empty" if not bounding else f"none held; bounding set {bounding:x} is out of reach behind no_new_privs"


def _die_with_parent(parent: int) -> str:
    """Set after the last change of ids or capabilities: each of them clears it (prctl(2), PR_SET_PDEATHSIG)."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    if kernel.parent_death_signal() != signal.SIGKILL or kernel.prctl(kernel.PR_GET_DUMPABLE):
        raise OSError("the kernel did not keep it")
    if os.getppid() != parent:  # it ended before it was asked for
        os._exit(0)
    return "killed when the zygote ends; not dumpable"


def _limit(prepared: Prepared, guest: Guest) -> str:
    """Memory is what the guest may map beside the zygote's image. RLIMIT_CPU counts a process's whole life, so a guest of many calls has
    none: the host reads its clock at each call's start and kills by pidfd (``Forked.cpu``)."""
    limits = guest.limits
    wanted = {
        resource.RLIMIT_AS: prepared.baseline + int(limits["memory"]),
        resource.RLIMIT_FSIZE: int(limits["scratch"]),
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_NPROC: _SHARED_THREADS if guest.user is None else int(limits["threads"]),
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, most in wanted.items():
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
        if resource.getrlimit(kind) != (least, least):
            raise OSError(f"limit {kind} was not kept")
    if guest.one_call:
        seconds = max(1, math.ceil(float(limits["cpu"])))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    threads = f"{_SHARED_THREADS} threads for all guests together" if guest.user is None else f"{limits['threads']} threads"
    return f"{limits['memory']} bytes beside the interpreter's {prepared.baseline}, {threads}"


def _no_new_privileges() -> str:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) != 1:
        raise OSError("the kernel did not keep it")
    return ""


def _landlock(prepared: Prepared) -> str:
    if prepared.ruleset is None:
        raise OSError("the kernel has no Landlock")
    kernel.landlock_enforce(prepared.ruleset)
    return f"ABI {prepared.abi}"


def _scopes(walls: Walls, abi: int) -> None:
    if abi >= 6:
        walls.active("landlock_scopes", "signals and abstract sockets")
    else:
        walls.unavailable("landlock_scopes", f"ABI {abi} has none")


def _close_descriptors() -> str:
    os.closerange(WIRE + 1, 2**31 - 1)
    return "0, 1, 2 and the wire"


def _filter_calls(prepared: Prepared) -> str:
    program = bytearray(prepared.program)
    for offset in prepared.own_pid:
        program[offset : offset + 4] = os.getpid().to_bytes(4, "little")
    kernel.seccomp_enforce(bytes(program))
    return f"{len(program) // 8} steps"


# --- the self-test ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Probed:
    interpreter: str
    parent: int
    inherited: tuple[int, ...]


def _self_test(probed: _Probed, walls: Walls) -> tuple[dict[str, str], bool]:
    """Try what must fail, where a wall stands against it. Also says whether anything got through."""
    probes: tuple[tuple[str, Callable[[], object], tuple[str, ...]], ...] = (
        ("read a file of the host", lambda: _read(probed.interpreter), ("pivot_root", "landlock")),
        ("read a file that is not granted", lambda: _read(root.CANARY), ("landlock",) if walls.stands("pivot_root") else ()),
        ("write to the root", lambda: os.open("/skillpod-was-here", os.O_WRONLY | os.O_CREAT | os.O_EXCL), ("pivot_root", "landlock")),
        ("make a socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).detach(), ("seccomp",)),
        ("signal the zygote", lambda: os.kill(probed.parent, 0), ("seccomp",)),
        ("fork", _fork, ("seccomp",)),
        ("make a namespace", lambda: kernel.unshare(kernel.NEWUSER), ("seccomp",)),
        ("use an inherited descriptor", lambda: _any_open(probed.inherited), ("descriptors",)),
    )
    answers = {name: _tried(probe) for name, probe, against in probes if any(map(walls.stands, against))}
    return answers, any(answer != "refused" for answer in answers.values())


def _tried(probe: Callable[[], object]) -> str:
    try:
        probe()
    except OSError:
        return "refused"
    return "succeeded"


def _read(path: str) -> None:
    os.read(os.open(path, os.O_RDONLY), 1)


def _fork() -> None:
    if not os.fork():
        os._exit(0)


def _any_open(descriptors: tuple[int, ...]) -> None:
    """Raises OSError when each of them is closed."""
    if not any(_is_open(descriptor) for descriptor in descriptors if descriptor > WIRE):
        raise OSError("all closed")


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
