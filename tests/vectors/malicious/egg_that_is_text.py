# expect: FIL-004
"""Egg that is text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Egg that is text."
--- lib.egg
not even an archive
