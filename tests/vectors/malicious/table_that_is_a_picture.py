# expect: FIL-005
"""Table that is a picture."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Table that is a picture."
--- table.csv base64
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCA05RTSgAAAABJRU5ErkJggg==
