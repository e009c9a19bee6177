"""``rlimits``: memory, files, threads and processor time of one guest are bounded by the kernel, always, with or without cgroups.

RLIMIT_AS and not RLIMIT_DATA, which lets a shared mapping through. Source: getrlimit(2).
"""

from __future__ import annotations

import math
import resource
from collections.abc import Mapping
from typing import Any

_OPEN_FILES = 256
_MIB = 1024 * 1024
_STACK = 8 * _MIB
_SAME_FOR_ALL = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_MEMLOCK: 0,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_STACK: _STACK,
}
SHARED_THREADS = 4096
"""How many threads all guests together may have where they share one user id; with an id each, a guest has its own limit."""


def set_for_all() -> None:
    """On the zygote, from which every guest inherits them: what depends on no skill costs no fork. Raises OSError."""
    for kind, most in _SAME_FOR_ALL.items():
        _set(kind, most)


def set_from(
    limits: Mapping[str, Any],
    *,
    baseline: int,
    is_shared_id: bool,
    is_for_one_call: bool,
    shared_threads: int = SHARED_THREADS,
    connections: int = 0,
) -> str:
    """``limits`` as the manifest names them. Memory is what the guest may map beside ``baseline``, the zygote's image; ``shared_threads``
    how many threads all that share the user id may have together, ``connections`` how many it may have beside its files.

    RLIMIT_CPU counts a process's whole life, so a guest of many calls has none: the host reads its clock at each call's start and kills by
    pidfd (``Forked.cpu``).
    """
    _set(resource.RLIMIT_AS, baseline + int(limits["memory"]))
    _set(resource.RLIMIT_FSIZE, int(limits["scratch"]))
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES + connections)
    _set(resource.RLIMIT_NPROC, shared_threads if is_shared_id else int(limits["threads"]))
    if is_for_one_call:
        seconds = max(1, math.ceil(float(limits["cpu"])))
        hard = _at_most(resource.RLIMIT_CPU, seconds + 1)
        resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, hard), hard))
    threads = f"{shared_threads} threads for all guests together" if is_shared_id else f"{limits['threads']} threads"
    return f"{limits['memory'] / _MIB:g} MiB beside the interpreter's {baseline / _MIB:.1f}, {threads}"


def _set(kind: int, most: int) -> None:
    """Soft and hard; read back."""
    least = _at_most(kind, most)
    resource.setrlimit(kind, (least, least))
    if resource.getrlimit(kind) != (least, least):
        raise OSError(f"limit {kind} was not kept")


def _at_most(kind: int, most: int) -> int:
    """Never above what the pod itself has."""
    hard = resource.getrlimit(kind)[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)
