# expect: FIL-009
"""Picture with a handler without quotes."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with a handler without quotes."
--- logo.svg
<svg xmlns="http://www.w3.org/2000/svg" onload=alert(1)></svg>
