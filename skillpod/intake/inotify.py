"""The skills directory under inotify(7): which top-level name each event is about, told at once.

Built on watchdog's binding of inotify and not on its observer, for three measured reasons: the observer holds back every rename out of the
directory for 0.5 s, hoping to pair it, and all later events with it; a folder that was moved away stays watched under its old path; and one
that comes back breaks the bookkeeping (a RuntimeWarning in its thread). Nothing here needs pairs: both ends of a move are changes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress

from watchdog.observers.inotify_c import CallbackId, InotifyConstants, InotifyEvent, InotifyFD, Mask, WatchDescriptor

from skillpod.intake.snapshot import MAX_DEPTH
from skillpod.model.left_out import is_left_out

MOST_WATCHES = 1024
"""Watches one top-level folder may take from the user's inotify limit; a bundle has fewer folders, and the reconciler sees the others."""

_EVENTS = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
    | InotifyConstants.IN_EXCL_UNLINK
)
_LIMITS = {
    errno.ENOSPC: "/proc/sys/fs/inotify/max_user_watches",
    errno.EMFILE: "/proc/sys/fs/inotify/max_user_instances",
    errno.ENFILE: "/proc/sys/fs/file-max",
    errno.ENOMEM: "the machine's memory",
}


def remedy_for(error: OSError) -> str:
    """What to do about a limit that was reached; empty when the error is about none."""
    limit = _LIMITS.get(error.errno or 0, "")
    return f"raise {limit}, or use the polling observer" if limit else ""


class WatchTree:
    """Watches on a directory and on every folder below it that is not left out.

    ``touched`` hears of a top-level name something happened to or under, ``completed`` of a folder that was renamed into place, ``lost``
    why the tree (or a part of it) is not watched any more. All are called on the tree's own thread, but for what ``__init__`` already
    says. Raises OSError when the directory itself can't be watched.
    """

    def __init__(self, root: str, *, touched: Callable[[str], None], completed: Callable[[str], None], lost: Callable[[str], None]) -> None:
        self._touched = touched
        self._completed = completed
        self._lost = lost
        self._is_lost = False
        self._is_partial = False
        self._is_closed = False
        self._inotify = InotifyFD()
        self._root = _Folder(self, os.fsencode(root), None, "")
        try:
            self._root.watch(self._inotify)
            self._enter_all(self._root)
        except BaseException:
            self._inotify.start()  # only its own thread closes what it opened
            self.close()
            raise
        self._inotify.start()

    @property
    def is_lost(self) -> bool:
        """Whether the directory is gone, or nobody listens any more."""
        return self._is_lost or not self._inotify.is_alive()

    @property
    def is_partial(self) -> bool:
        """Whether some folders are not watched, for a limit was reached."""
        return self._is_partial

    def close(self) -> None:
        self._is_closed = True
        self._inotify.stop()
        self._inotify.join()

    def heard(self, folder: _Folder, event: InotifyEvent) -> None:
        """One event of one watched folder, in the order the kernel has them."""
        if self._is_closed:
            return
        if folder is self._root and event.is_move_self:
            self._give_up("the skills directory was moved away")
            return
        name = os.fsdecode(event.name)
        top = folder.top or name
        if not name or is_left_out(name) or top.startswith("."):
            return
        if event.is_directory and (event.is_create or event.is_moved_to):
            self._enter(folder, name)
        elif event.is_directory and (event.is_delete or event.is_moved_from):
            self._leave(folder, name)
        # told only now: what was written before the watch stood is read after this, what is written later is an event of its own
        if folder is self._root and event.is_directory and event.is_moved_to:
            self._completed(top)
        else:
            self._touched(top)

    def gone(self, folder: _Folder) -> None:
        """The kernel took a watch away: its folder was deleted or unmounted."""
        if self._is_closed:
            return
        if folder is self._root:
            self._give_up("the skills directory is gone")
        elif folder.parent is not None and folder.parent.children.get(folder.name) is folder:
            self._leave(folder.parent, folder.name)

    def overflowed(self, folder: _Folder) -> None:
        """The kernel dropped events: everything is looked at again."""
        if self._is_closed or folder is not self._root:
            return
        known = set(folder.children)
        for name in known:
            self._leave(folder, name)
        self._enter_all(folder)
        for name in sorted(known | set(folder.children)):
            self._touched(name)

    def _give_up(self, why: str) -> None:
        self._is_lost = True
        self._lost(why)

    def _enter(self, parent: _Folder, name: str) -> None:
        """Watch a folder and all below it; one that is known under this name may be another by now."""
        self._leave(parent, name)
        folder = _Folder(self, os.path.join(parent.path, os.fsencode(name)), parent, name)
        if folder.depth > MAX_DEPTH or folder.skill.watches >= MOST_WATCHES:
            return
        try:
            folder.watch(self._inotify)
        except OSError as error:
            remedy = remedy_for(error)
            if remedy and not self._is_partial:
                self._is_partial = True
                self._lost(f"a limit of inotify is reached, so some folders are only looked at every few seconds ({remedy})")
            return
        parent.children[name] = folder
        self._enter_all(folder)

    def _enter_all(self, folder: _Folder) -> None:
        for name in _subfolders(folder):
            self._enter(folder, name)

    def _leave(self, parent: _Folder, name: str) -> None:
        folder = parent.children.pop(name, None)
        if folder is None:
            return
        for inner in list(folder.children):
            self._leave(folder, inner)
        folder.unwatch(self._inotify)


class _Folder:
    """One watched folder: what watchdog calls back. ``top`` is the top-level name it is or lies under, empty for the root."""

    def __init__(self, tree: WatchTree, path: bytes, parent: _Folder | None, name: str) -> None:
        self.path = path
        self.parent = parent
        self.name = name
        self.children: dict[str, _Folder] = {}
        self.top: str = name if parent is None else parent.top or name
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.skill: _Folder = self if parent is None or parent.parent is None else parent.skill
        self.watches = 0
        self._tree = tree
        self._descriptor: WatchDescriptor | None = None

    def watch(self, inotify: InotifyFD) -> None:
        self._descriptor = inotify.add_callback(self.path, _EVENTS, self, CallbackId(id(self)))
        self.skill.watches += 1

    def unwatch(self, inotify: InotifyFD) -> None:
        if self._descriptor is not None:
            inotify.remove_callbacks([(self._descriptor, CallbackId(id(self)))])
            self.skill.watches -= 1
            self._descriptor = None

    def on_event(self, event: InotifyEvent) -> None:
        self._tree.heard(self, event)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        self._tree.gone(self)

    def on_queue_overflow(self) -> None:
        self._tree.overflowed(self)


def _subfolders(folder: _Folder) -> Iterator[str]:
    """Names of folders that are there now and are not left out; none when it can't be read."""
    with suppress(OSError), os.scandir(folder.path) as entries:
        for entry in entries:
            name = os.fsdecode(entry.name)
            is_hidden = folder.parent is None and name.startswith(".")
            if not is_hidden and not is_left_out(name) and entry.is_dir(follow_symlinks=False):
                yield name
