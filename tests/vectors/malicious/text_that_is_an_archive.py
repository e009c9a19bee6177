# expect: FIL-005
"""Text that is an archive."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Text that is an archive."
--- notes.txt base64
H4sIAAAAAAACA8vMLcgvKlHILwYA9W6GPAkAAAA=
