# expect: TXT-111
from skillpod import tool


@tool
def look(name: str) -> str:
    """Looks up \u202esomething\u202c."""
    return name
