# expect: CAP-010
from skillpod import Context as Given
from skillpod import tool


@tool
def look(name: str, given: Given) -> str:
    """Look."""
    kept = given
    return kept.secret(name)
