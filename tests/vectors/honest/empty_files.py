# expect: none
"""Empty files."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Empty files."
--- py.typed
--- a.png
--- .keep
