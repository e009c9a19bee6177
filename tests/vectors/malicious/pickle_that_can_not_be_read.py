# expect: FIL-007
"""Pickle that can not be read."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Pickle that can not be read."
--- model.joblib base64
eJyrqCAOAACAlxLB
