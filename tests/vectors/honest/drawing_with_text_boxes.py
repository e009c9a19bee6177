# expect: none
"""Drawing with text boxes."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Drawing with text boxes."
--- flow.svg
<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><div xmlns="http://www.w3.org/1999/xhtml">Start</div></foreignObject></svg>
