# expect: none
"""Windows text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Windows text."
--- notes.txt
a
b
--- MZ.txt
MZ was the mark of a developer.
