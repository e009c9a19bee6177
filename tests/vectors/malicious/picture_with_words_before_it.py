# expect: FIL-009
"""Picture with words before it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture with words before it."
--- logo.svg
x<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>
