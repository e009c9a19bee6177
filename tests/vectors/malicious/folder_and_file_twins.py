# expect: FIL-011
"""Folder and file twins."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Folder and file twins."
--- Data
x
--- data/table.json
{}
