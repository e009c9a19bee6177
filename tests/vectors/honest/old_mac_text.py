# expect: none
"""Old mac text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Old mac text."
--- notes.txt base64
Zmlyc3QNc2Vjb25kDQ==
