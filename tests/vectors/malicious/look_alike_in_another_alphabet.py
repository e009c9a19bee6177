# expect: FIL-011
"""Look alike in another alphabet."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Look alike in another alphabet."
--- "\u0441\u043e\u0440\u0443.txt"
x
--- copy.txt
y
