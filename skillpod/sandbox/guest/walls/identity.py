"""``guest_identity``: each guest is a user of its own, so that what the kernel allows or counts by user holds for one guest alone.

Only root has ids to give away; an ordinary user's guests share one, and so do those of one set of volumes: they are told apart by the
other walls. Source: user_namespaces(7).
"""

from __future__ import annotations

import os


def take(user: int | None, *, is_shared: bool) -> str:
    """Where the id is shared, it was taken by ``join`` before."""
    if user is None:
        raise OSError(f"guests share the user id {os.geteuid()}")
    if is_shared:
        raise OSError(f"guests with these volumes share the user id {user}: only one can act as the owner of a directory")
    join(user)
    return f"user {user}"


def join(user: int) -> None:
    """Raises OSError."""
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
