# expect: FIL-013
"""Python under a suffix of its own."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Python under a suffix of its own."
--- plugin.skill
if True:
    import os
    os.system('id')
