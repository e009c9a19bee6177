# expect: FIL-004
"""Archive that nobody read."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Archive that nobody read."
--- data/all.zip base64
UEsDBBQAAAAAAAAAIVgzQiFVBAAAAAQAAAAFAAAAYS5jc3YxLDIKUEsBAhQDFAAAAAAAAAAhWDNCIVUEAAAABAAAAAUAAAAAAAAAAAAAAIABAAAAAGEuY3N2
UEsFBgAAAAABAAEAMwAAACcAAAAAAA==
