# expect: none
"""Names that only look near."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Names that only look near."
--- data1.csv
a
--- datal.csv
b
--- v0.json
{}
--- vo.json
{}
--- x/__init__.py
--- y.py
