"""``scratch_quota``: each guest has a directory of its own, of bounded size, that nobody else sees and that dies with it.

A tmpfs in a mount namespace of the guest's own: no other guest can name it, and the kernel counts its bytes and files. Sources:
mount_namespaces(7), tmpfs(5).
"""

from __future__ import annotations

import os

from skillpod.sandbox.guest import kernel
from skillpod.sandbox.guest.walls import root


def mount(size: int, user: int | None) -> str:
    """``size`` bytes for the guest of that id; None for the id that guests share. A size of 0 would be no limit to tmpfs: no directory."""
    kernel.unshare(kernel.NEWNS)
    if not size:
        return "no directory to write to"
    owner = os.geteuid() if user is None else user
    options = f"size={max(size, 4096)},nr_inodes={max(size // 4096, 64)},mode=0700,uid={owner},gid={owner}"
    kernel.mount("scratch", root.SCRATCH, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC, options)
    return f"{size / (1024 * 1024):g} MiB"


def enter(size: int) -> None:
    """A file named without a directory is made there, where it can be. Once the guest is who may."""
    if size:
        os.chdir(root.SCRATCH)
