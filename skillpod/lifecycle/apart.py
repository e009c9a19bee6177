"""Where bundles are read: a throw-away process forked from this one, or from a helper of its own where this one has threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from skillpod.lifecycle import reading

if TYPE_CHECKING:
    from skillpod.ports import Apart
    from skillpod.sandbox.helper import HelperApart
    from skillpod.sandbox.throwaway import Bounds


def apart(*, jobs: int = 0, meanwhile: Callable[[], object] | None = None) -> Apart:
    """For this process as it is now. ``jobs`` are how many run at a time; 0: as many as there are processors. ``meanwhile`` may be called
    here while the first runs. Close it."""
    return forked(jobs=jobs, meanwhile=meanwhile) if threading.active_count() == 1 else helper(jobs=jobs)


def forked(*, jobs: int = 0, bounds: Bounds | None = None, meanwhile: Callable[[], object] | None = None) -> Apart:
    """Starts at once; only for a process with one thread, since a fork copies the locks that others hold."""
    from skillpod.sandbox.apart import ForkedApart  # SAFE: here, so that each loads what it needs

    return ForkedApart(reading.read, prepare=reading.prepare_for_many, bounds=bounds, at_once=jobs, meanwhile=meanwhile)


def helper(*, jobs: int = 0, bounds: Bounds | None = None) -> HelperApart:
    """For a process with threads; its start takes a few tenths of a second, each reading afterwards a few milliseconds."""
    from skillpod.sandbox.helper import HelperApart  # SAFE: here, as above

    return HelperApart(reading.ENTRY, prepare=reading.PREPARE, complete=reading.COMPLETE, bounds=bounds, at_once=jobs)
