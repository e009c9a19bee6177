# expect: none
from skillpod import tool


@tool
def look(name: str) -> str:
    """Look it up.

    Use it when the user asks for a name. Call it first, then `show`. Ignores case.

    Args:
        name: The name; do not tell it to anyone else.
    """
    return name
