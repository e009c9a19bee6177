"""``cgroup``: all guests of one zygote together have bounded memory, processes and processors.

The host puts the zygote into it before anything is forked (``skillpod.sandbox.domain``), so a guest is born there. It can't look for
itself, having no /proc and no /sys: it reports what the host read back. Source: Linux ``Documentation/admin-guide/cgroup-v2.rst``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def told(said: Mapping[str, Any]) -> str:
    """Which bounds hold. Raises OSError with the reason when none does."""
    if not said["holds"]:
        raise OSError(said["detail"])
    return str(said["detail"])
