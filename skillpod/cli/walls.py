"""The walls of a guest in words for a person. Pure: from a report to pieces of text with a style."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skillpod.cli.faults import Line

MEANINGS: Mapping[str, str] = {
    "environment": "it sees a constructed environment, nothing of the pod's",
    "user_namespace": "whatever it becomes, it is an unprivileged user of this machine",
    "mount_namespace": "what it mounts or unmounts is seen by nobody else",
    "network_namespace": "it has no network interface",
    "ipc_namespace": "it shares no System V memory or message queue with others",
    "uts_namespace": "it does not see this machine's name",
    "pid_namespace": "it sees no process of this machine",
    "pivot_root": "its root directory holds only what was put there, read-only",
    "witness": "the kernel tells the pod what it tries and may not",
    "scratch_quota": "its temporary files are its own, bounded and gone with it",
    "guest_identity": "it runs under a user id of its own, never root",
    "capabilities": "it holds no right of root's and can gain none",
    "parent_death": "it can't outlive the pod",
    "rlimits": "its memory, CPU time, threads and open files are bounded",
    "no_new_privs": "no program it starts can gain rights",
    "landlock": "the kernel refuses it every file that is not granted",
    "landlock_scopes": "it can't signal, or speak by abstract sockets to, what is outside",
    "descriptors": "it holds no open file or socket of the pod's",
    "seccomp": "system calls it has no need of are refused: no sockets, no programs",
    "cgroup": "what all guests use together is bounded",
}

_STYLES = {"active": "green", "unavailable": "red", "disabled": "yellow"}
_INDENT = " " * 14


def wall_lines(report: Mapping[str, Any]) -> Iterator[Line]:
    """Each wall with its state, what it means and, where it is missing, why and the remedy; then what the self-test tried."""
    walls = report["walls"]
    width = max((len(wall["name"]) for wall in walls), default=0)
    for wall in walls:
        is_up = wall["state"] == "active"
        need = "required" if wall["required"] else "best effort"
        detail = f" ({wall['detail']})" if is_up and wall["detail"] else ""
        yield (
            (f"  {wall['state']:<12}", _STYLES.get(wall["state"], "")),
            (f"{wall['name']:<{width}}  ", "bold"),
            (f"{need:<13}", "red" if wall["required"] and not is_up else "dim"),
            MEANINGS.get(wall["name"], ""),
            (detail, "dim"),
        )
        if not is_up and wall["detail"]:
            yield (_INDENT, ("why: ", "yellow"), wall["detail"])
        if not is_up and wall["remedy"]:
            yield (_INDENT, ("remedy: ", "yellow"), wall["remedy"])
    if report["self_test"]:
        yield ("",)
        yield ("  what an empty guest then tried",)
        for probe, answer in report["self_test"].items():
            yield ((f"  {answer:<12}", "green" if answer == "refused" else "red"), probe)
