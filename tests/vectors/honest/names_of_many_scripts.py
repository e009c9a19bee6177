# expect: none
"""Names of many scripts."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Names of many scripts."
--- données/été.json
{}
--- データ.json
{}
--- данные_2024.csv
a
--- ελληνικά.txt
α
