# expect: FIL-011
"""Name of two alphabets."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Name of two alphabets."
--- "\u0440\u0430yments.json"
{}
