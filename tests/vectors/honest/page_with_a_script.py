# expect: none
"""Page with a script."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Page with a script."
--- viewer.html
<!doctype html>
<title>Chart</title>
<script>draw()</script>
