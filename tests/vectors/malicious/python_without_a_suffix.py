# expect: FIL-013
"""Python without a suffix."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Python without a suffix."
--- plugin
def run():
    import os
    os.system('id')
