# expect: FIL-003
"""Native in a node module."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Native in a node module."
--- fast.node base64
AAEC
