"""``guest_identity``: each guest is a user of its own, so that what the kernel allows or counts by user holds for one guest alone.

Only root has ids to give away; an ordinary user's guests share one, and are told apart by the other walls. Source: user_namespaces(7).
"""

from __future__ import annotations

import os


def take(user: int | None) -> str:
    if user is None:
        raise OSError(f"guests share the user id {os.geteuid()}")
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    return f"user {user}"
