# expect: FIL-006
"""Archive cut before its end."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Archive cut before its end."
--- data.bin base64
AQIDBAECAwQBAgMEAQIDBAECAwQBAgMEAQIDBAECAwRQSwMEFAAAAAAAAAAhWBUm2/sBAAAAAQAAAAUAAAB4LnR4dHlQSwECFAMUAAAAAAAAACFYFSbb+wEA
AAA=
