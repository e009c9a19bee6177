# expect: none
"""Table in latin 1."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Table in latin 1."
--- cities.csv base64
WvxyaWNoO0v2bG4K
