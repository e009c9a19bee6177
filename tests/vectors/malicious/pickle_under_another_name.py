# expect: FIL-007
"""Pickle under another name."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Pickle under another name."
--- cache.dat base64
gASMAm9zjAZzeXN0ZW2TjAJpZIVSLg==
