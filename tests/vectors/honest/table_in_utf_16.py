# expect: none
"""Table in utf 16."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Table in utf 16."
--- cities.csv base64
//5aAPwAcgBpAGMAaAA7AEsA9gBsAG4ACgA=
