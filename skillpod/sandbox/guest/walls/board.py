"""Which walls there are, and what became of each: the report that ``doctor``, ``show`` and the journal print.

A wall that can't be put up is told as absent, with what to do about it; never as a smaller one. (Values of the zygote's are named tuples:
making a dataclass takes half a millisecond, and each start of a zygote would pay for each.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

REMEDIES = {
    "environment": "start the pod's own zygote; an embedding must not hand it an environment",
    "user_namespace": "allow user namespaces: sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0, "
    "or a container profile that permits unshare",
    "pivot_root": "allow mounting inside user namespaces (container profile, AppArmor)",
    "landlock": "use a Linux kernel of 5.13 or newer with Landlock enabled (lsm=landlock,...)",
    "landlock_scopes": "use a Linux kernel of 6.12 or newer",
    "seccomp": "use a kernel with CONFIG_SECCOMP_FILTER, and a container profile that permits prctl(PR_SET_SECCOMP)",
    "witness": "run the pod on Linux 5.0 or newer, and not under a system-call filter that has a listener of its own",
    "guest_identity": "where the pod is an ordinary user's, run it as root: that user has one id to give; "
    "guests of one set of volumes share theirs as root, too",
    "scratch_quota": "allow user namespaces and mounting in them: without, guests have no directory to write to",
    "cgroup": "give the pod a cgroup of its own, of cgroup v2: `systemd-run --user --scope -p Delegate=yes skillpod serve`; "
    "in a systemd unit `Delegate=memory pids cpu`; in a container --cgroupns=private with /sys/fs/cgroup writable; "
    "and nothing else in it but the pod",
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
    "witness",
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
"""Every wall there is, in the order they go up; of the cgroup, which stood before them all, it is said last."""

REQUIRED = frozenset({"environment", "descriptors", "no_new_privs", "rlimits", "seccomp", "capabilities"})
PROGRAMS_REQUIRE = frozenset({"user_namespace", "mount_namespace", "pid_namespace", "pivot_root", "scratch_quota"})
"""Of what granted programs run behind, beside those: only a namespace of its own ends all that a program has started, and only a root of
its own has nothing in it to start that was not granted."""

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


class Walls:
    """What stands and what does not, in the order it was tried. ``without`` are walls the operator named; ``missing`` what can't be had;
    ``required`` those that nothing goes on without."""

    def __init__(self, without: Collection[str], missing: Mapping[str, str], required: frozenset[str] = REQUIRED) -> None:
        self._requires = required
        self._without = frozenset(without)
        self._missing = dict(missing)
        self._said: dict[str, dict[str, Any]] = {}
        self._promised: set[str] = set()

    def copy(self) -> Walls:
        other = Walls(self._without, self._missing, self._requires)
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
        if name in self._promised or name in self._requires:
            return True
        if name in _FILE_WALLS:
            return not any(self.stands(other) for other in _FILE_WALLS - {name})
        return False

    def _say(self, name: str, state: str, detail: str) -> None:
        remedy = REMEDIES.get(name, "") if state == "unavailable" else ""
        self._said[name] = {"name": name, "state": state, "detail": detail, "remedy": remedy}
