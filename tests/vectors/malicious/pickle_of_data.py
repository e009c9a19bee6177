# expect: FIL-007
"""Pickle of data."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Pickle of data."
--- words.pickle base64
gASVEAAAAAAAAAB9lIwBYZRdlChLAUsCZXMu
