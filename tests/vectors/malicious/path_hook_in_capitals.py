# expect: FIL-008
"""Path hook in capitals."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Path hook in capitals."
--- lib/HOOK.PTH
import os
