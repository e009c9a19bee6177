# expect: FIL-011
"""Name that leads out."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Name that leads out."
--- "../notes.txt"
x
