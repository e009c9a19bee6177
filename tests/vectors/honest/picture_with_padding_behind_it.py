# expect: none
"""Picture with padding behind it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with padding behind it."
--- a.png base64
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCA05RTSgAAAABJRU5ErkJgggAAAAAK
