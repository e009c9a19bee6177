"""HOME: one directory, owned by one running pod; where everything that must outlive the process is."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from pathlib import Path

from skillpod.errors import HomeLocked, PathUnusable


class Home:
    """Paths under HOME, and the lock that says who owns it. The directory is made on first use, for its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = path / "journal"
        self.salts = path / "salts"
        self.store = path / "store"
        self.packages = path / "packages"
        self.index = path / "index.sqlite"
        self.memory = path / "memory.sqlite"
        self._lock = -1

    def prepare(self) -> None:
        """Raises PathUnusable."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except (OSError, ValueError) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else str(fault)
            raise PathUnusable(f"HOME {self.path} can't be used: {reason}", hint="give another one with --home") from None
        if self.path.stat().st_mode & stat.S_IWOTH:  # SAFE: who can write it can put other sockets, other tokens and another policy there
            raise PathUnusable(
                f"HOME {self.path} can be written by every user of this machine", at=str(self.path), hint=f"chmod 700 {self.path}"
            )

    def acquire(self) -> None:
        """Become the one owner of HOME (flock(2): the kernel frees it however the process ends). Raises HomeLocked."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 32).decode(errors="replace").strip()
            os.close(descriptor)
            whose = f" (process {owner})" if owner else ""
            raise HomeLocked(
                f"another pod{whose} is running on {self.path}", hint="speak to it, or give another --home", at=str(self.path)
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._lock = descriptor

    def release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def node(self) -> str:
        """The name this pod's log is kept under: made once, at random, and kept."""
        path = self.path / "node"
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            name = f"node-{secrets.token_hex(4)}"
            path.write_text(f"{name}\n")
            path.chmod(0o600)
            return name
