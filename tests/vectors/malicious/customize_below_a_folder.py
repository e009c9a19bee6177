# expect: FIL-008
"""Customize below a folder."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Customize below a folder."
--- lib/usercustomize.py
x = 1
