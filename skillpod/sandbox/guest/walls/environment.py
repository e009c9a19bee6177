"""``environment``: a guest knows nothing of the host's environment, where secrets are kept.

It is constructed, never cleared: what a process deletes from its own stays readable in ``/proc/PID/environ`` (proc_pid_environ(5)).
"""

from __future__ import annotations

from collections.abc import Mapping


def check(constructed: Mapping[str, str]) -> str:
    """The kernel's copy is compared, not ours. Raises OSError when it differs."""
    with open("/proc/self/environ", "rb") as file:
        held = {entry for entry in file.read().split(b"\0") if entry}
    if held != {f"{name}={value}".encode() for name, value in constructed.items()}:
        raise OSError("it is not the one that was constructed")
    return ", ".join(sorted(constructed))
