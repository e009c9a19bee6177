# expect: FIL-012
"""Path too deep."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Path too deep."
--- a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/x.txt
x
