# expect: FIL-011
"""Name that turns around."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Name that turns around."
--- "notes\u202etxt.py"
x = 1
