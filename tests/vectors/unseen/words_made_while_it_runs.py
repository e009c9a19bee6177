# expect: none
from skillpod import tool


@tool
def repeat(text: str) -> str:
    """Give a text back."""
    return text[::-1]
