# expect: FIL-013
"""Python called text."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Python called text."
--- plugin.txt
import os
os.system('id')
