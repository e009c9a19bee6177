"""Who tells that a folder under the skills directory may have changed: inotify, or a polling observer where inotify can't see.

What is told are hints (law 6): a reconciler that misses one, or hears it twice, ends in the same state.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Protocol

from watchdog.events import DirModifiedEvent, DirMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers.polling import PollingObserverVFS

from skillpod.errors import PathUnusable
from skillpod.intake.inotify import WatchTree, remedy_for
from skillpod.intake.snapshot import list_folders
from skillpod.model.left_out import is_left_out


class Observation(Enum):
    """How changes are seen. POLLING is for what inotify can't see: network filesystems, some mounts of virtual machines and containers."""

    INOTIFY = "inotify"
    POLLING = "polling"


MEND_AFTER = 60.0
"""Seconds until a watch that is not whole, for a limit was reached, is tried anew."""


class _Observer(Protocol):
    @property
    def is_lost(self) -> bool: ...
    @property
    def is_partial(self) -> bool: ...
    def close(self) -> None: ...


class Watcher:
    """Watches the skills directory, a link to it followed once, and everything below that is not left out, links not followed.

    ``touched`` hears the name of a top-level folder that may have changed, ``completed`` one that was renamed into place and so is whole,
    ``trouble`` one sentence on why changes may be missed, once for each new reason. All come on a thread of the observer's, or on that of
    whoever calls ``start`` or ``ensure``. ``interval`` is the seconds between two polls.
    """

    def __init__(
        self,
        root: Path,
        *,
        touched: Callable[[str], None],
        completed: Callable[[str], None],
        trouble: Callable[[str], None],
        observation: Observation = Observation.INOTIFY,
        interval: float = 1.0,
    ) -> None:
        self._root = root
        self._touched = touched
        self._completed = completed
        self._trouble = trouble
        self._observation = observation
        self._interval = interval
        self._lock = threading.Lock()
        self._observer: _Observer | None = None
        self._identity: tuple[int, int] | None = None
        self._is_started = False
        self._told = ""
        self._mend_at = 0.0

    def start(self) -> None:
        """Watch from here on. What keeps it from watching is trouble, not an exception: ``ensure`` tries again."""
        with self._lock:
            self._is_started = True
            self._attach()

    def ensure(self) -> None:
        """Watch again if the directory went away and came back, or was replaced, or (once a minute) could not be watched whole.

        To be called every few seconds; costs one stat when all is well. Every folder is touched when a new watch was needed, for nobody
        listened in between.
        """
        with self._lock:
            if not self._is_started or self._is_watching():
                return
            self._detach()
            if not self._attach():
                return
        with suppress(PathUnusable):
            for name in list_folders(self._root).folders:
                self._touched(name)

    def stop(self) -> None:
        """Nothing is told any more when it returns. May be called twice; not from a callback."""
        with self._lock:
            self._is_started = False
            self._detach()

    def _is_watching(self) -> bool:
        observer = self._observer
        if observer is None or observer.is_lost or _identity(self._root) != self._identity:
            return False
        return not observer.is_partial or time.monotonic() < self._mend_at

    def _attach(self) -> bool:
        try:
            root = os.path.realpath(self._root, strict=True)
            self._identity = _identity(self._root)
            self._observer = self._observe(root)
        except OSError as error:
            self._tell(f"the skills directory {self._root} can't be watched: {error.strerror} ({remedy_for(error) or 'it is tried again'})")
            return False
        if not self._observer.is_partial:
            self._told = ""
        self._mend_at = time.monotonic() + MEND_AFTER
        return True

    def _observe(self, root: str) -> _Observer:
        match self._observation:
            case Observation.INOTIFY:
                return WatchTree(root, touched=self._touched, completed=self._completed, lost=self._tell)
            case Observation.POLLING:
                return _Polling(root, self._interval, touched=self._touched, completed=self._completed, lost=self._tell)

    def _detach(self) -> None:
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.close()

    def _tell(self, why: str) -> None:
        if why != self._told:
            self._told = why
            self._trouble(why)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stats = path.stat()
    except OSError:
        return None
    return stats.st_dev, stats.st_ino


class _Polling(FileSystemEventHandler):
    """watchdog's polling observer, told not to follow links (its ready-made one would walk wherever a link in a skill points)."""

    def __init__(
        self,
        root: str,
        interval: float,
        *,
        touched: Callable[[str], None],
        completed: Callable[[str], None],
        lost: Callable[[str], None],
    ) -> None:
        self._root = root
        self._touched = touched
        self._completed = completed
        self._lost = lost
        self._observer = PollingObserverVFS(stat=os.lstat, listdir=os.scandir, polling_interval=interval)
        self._observer.schedule(self, root, recursive=True)
        self._observer.start()

    @property
    def is_lost(self) -> bool:
        return not self._observer.is_alive() or not all(emitter.is_alive() for emitter in self._observer.emitters)

    @property
    def is_partial(self) -> bool:
        return False

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """A folder's own time changes with every cache that is left out, and what matters in it has an event of its own."""
        if isinstance(event, DirModifiedEvent):
            return
        origin, target = self._parts(event.src_path), self._parts(event.dest_path)
        if origin == ():
            self._lost("the skills directory is gone")
        if origin:
            self._touched(origin[0])
        if target and isinstance(event, DirMovedEvent) and len(target) == 1:
            self._completed(target[0])
        elif target:
            self._touched(target[0])

    def _parts(self, path: bytes | str) -> tuple[str, ...] | None:
        """The path under the root; None when there is none, or when nobody has to know."""
        if not path:
            return None
        relative = os.path.relpath(os.fsdecode(path), self._root)
        parts = () if relative == "." else tuple(relative.split("/"))
        if any(map(is_left_out, parts)) or (parts and parts[0].startswith(".")):
            return None
        return parts
