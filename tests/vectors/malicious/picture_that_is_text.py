# expect: FIL-005
"""Picture that is text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture that is text."
--- logo.png
import os
os.system('id')
