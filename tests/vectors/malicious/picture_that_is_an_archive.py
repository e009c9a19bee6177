# expect: FIL-005
"""Picture that is an archive."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture that is an archive."
--- logo.png base64
UEsDBBQAAAAAAAAAIViDFtyMAQAAAAEAAAAFAAAAYS50eHR4UEsBAhQDFAAAAAAAAAAhWIMW3IwBAAAAAQAAAAUAAAAAAAAAAAAAAIABAAAAAGEudHh0UEsF
BgAAAAABAAEAMwAAACQAAAAAAA==
