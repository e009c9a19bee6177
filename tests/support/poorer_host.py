"""Run a module of ours on a host whose kernel or container profile refuses something: ``poorer_host landlock,unshare MODULE ARG...``.

A filter of system calls is put on first and inherited by all that follows, which is how containers refuse them too.
"""

from __future__ import annotations

import json
import platform
import runpy
import struct
import sys
from collections.abc import Iterable

from skillpod.resources import packaged_text
from skillpod.sandbox.guest import kernel
from skillpod.sandbox.seccomp import ALLOW, ERRNO, ERRORS

REFUSALS = {
    "landlock": (("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"), "ENOSYS"),  # built without it
    "unshare": (("unshare",), "EPERM"),  # Docker's default profile
    "mount": (("mount", "umount2", "pivot_root"), "EPERM"),  # AppArmor on Ubuntu: unshare succeeds, and what follows fails
}


def refuse(what: Iterable[str]) -> None:
    """From now on, for this process and its children."""
    rows = {row["name"]: row[platform.machine()] for row in json.loads(packaged_text("sandbox/seccomp.json"))["refuse"]}
    steps = [struct.pack("=HBBI", 0x20, 0, 0, 0)]  # load the call's number
    for group in what:
        names, errno = REFUSALS[group]
        for name in names:
            steps += [struct.pack("=HBBI", 0x15, 0, 1, rows[name]), struct.pack("=HBBI", 0x06, 0, 0, ERRNO | ERRORS[errno])]
    steps.append(struct.pack("=HBBI", 0x06, 0, 0, ALLOW))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.seccomp_enforce(b"".join(steps))


if __name__ == "__main__":
    if sys.argv[1]:  # with nothing to refuse, nothing is put on: not even no_new_privs
        refuse(sys.argv[1].split(","))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__")
