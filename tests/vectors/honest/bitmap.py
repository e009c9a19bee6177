# expect: none
"""Bitmap."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Bitmap."
--- a.bmp base64
Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAQIDAA==
