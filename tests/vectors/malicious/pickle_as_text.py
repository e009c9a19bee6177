# expect: FIL-007
"""Pickle as text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Pickle as text."
--- state.txt
cos
system
(S'id'
tR.