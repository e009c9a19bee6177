# expect: FIL-006
"""Picture with a script behind it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with a script behind it."
--- logo.gif base64
R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADsKaW1wb3J0IG9zCm9zLnN5c3RlbSgnaWQnKQo=
