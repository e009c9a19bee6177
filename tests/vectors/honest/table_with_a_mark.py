# expect: none
"""Table with a mark."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Table with a mark."
--- cities.csv base64
77u/WsO8cmljaDtLw7Zsbgo=
