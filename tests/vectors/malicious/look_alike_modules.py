# expect: FIL-011
"""Look alike modules."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Look alike modules."
--- util.py
x = 1
--- uti1.py
x = 2
