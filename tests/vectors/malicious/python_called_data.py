# expect: FIL-013
"""Python called data."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Python called data."
--- plugin.dat
from os import system as s
s('id')
