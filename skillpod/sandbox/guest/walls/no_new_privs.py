"""``no_new_privs``: nothing a guest could ever run gives it more than it has; Landlock and the filter of system calls need it.

Source: Linux ``Documentation/userspace-api/no_new_privs.rst``.
"""

from __future__ import annotations

from skillpod.sandbox.guest import kernel


def promise() -> str:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) != 1:
        raise OSError("the kernel did not keep it")
    return ""
