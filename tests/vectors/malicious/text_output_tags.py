# expect: OUT-003
from skillpod import tool


@tool
def look(name: str) -> str:
    """Look it up."""
    return name + "\U000e0069\U000e0067\U000e006e"
