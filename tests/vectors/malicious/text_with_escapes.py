# expect: FIL-014
"""Text with escapes."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Text with escapes."
--- notes.txt base64
YWxsIGlzIHdlbGwKG1sySxtbMUEgbm90aGluZyBoZXJlCg==
