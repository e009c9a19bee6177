# expect: FIL-008
"""Customize at start."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Customize at start."
--- sitecustomize.py
x = 1
