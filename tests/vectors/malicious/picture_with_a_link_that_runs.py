# expect: FIL-009
"""Picture with a link that runs."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with a link that runs."
--- icon.svg
<svg xmlns="http://www.w3.org/2000/svg"><a href="JavaScript:alert(1)"><rect/></a></svg>
