# expect: FIL-003
"""Native with a version."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Native with a version."
--- libfast.so.1.2
made later
