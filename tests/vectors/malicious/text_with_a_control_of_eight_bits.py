# expect: FIL-014
"""Text with a control of eight bits."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Text with a control of eight bits."
--- notes.txt base64
YWxsIGlzIHdlbGwKwpsySwo=
