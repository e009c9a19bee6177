# expect: SEC-003
"""Token of a code host in text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Token of a code host in text."
--- notes.md base64
VXNlIGdob19jZGtYU0tqRUNBZHdmRnZ0VnZrUUdwZjliZk15aVUzZTFGRkMgZm9yIG5vdwo=
