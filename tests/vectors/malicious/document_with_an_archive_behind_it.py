# expect: FIL-006
"""Document with an archive behind it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Document with an archive behind it."
--- paper.pdf base64
JVBERi0xLjQK4uPP0woxIDAgb2JqCmVuZG9iagolJUVPRgpQSwMEFAAAAAAAAAAhWBUm2/sBAAAAAQAAAAUAAAB4LnR4dHlQSwECFAMUAAAAAAAAACFYFSbb
+wEAAAABAAAABQAAAAAAAAAAAAAAgAEAAAAAeC50eHRQSwUGAAAAAAEAAQAzAAAAJAAAAAAA
