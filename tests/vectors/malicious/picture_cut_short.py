# expect: FIL-005
"""Picture cut short."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture cut short."
--- logo.png base64
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQQ==
