# expect: FIL-011
"""Case twins."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Case twins."
--- data/Table.json
{}
--- data/table.json
{}
