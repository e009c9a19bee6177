# expect: FIL-009
"""Picture with a handler."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with a handler."
--- logo.svg
<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" onload = "alert(1)"><rect/></svg>
