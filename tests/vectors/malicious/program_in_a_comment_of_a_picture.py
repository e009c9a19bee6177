# expect: FIL-006
"""Program in a comment of a picture."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Program in a comment of a picture."
--- logo.gif base64
R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBACH+IH9FTEYCAQEAAAAAAAAAAAADAD4AAAAAAAAAAAAAAAAAADs=
