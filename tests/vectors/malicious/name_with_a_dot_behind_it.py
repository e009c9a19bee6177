# expect: FIL-011
"""Name with a dot behind it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Name with a dot behind it."
--- "notes.txt."
x
