# expect: FIL-003
"""Native by its name."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Native by its name."
--- fast.so
made later
