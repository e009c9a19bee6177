# expect: FIL-004
"""Archive without a suffix."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Archive without a suffix."
--- payload base64
N3q8ryccAAQAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhc=
