# expect: none
"""Shell script with its name."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Shell script with its name."
--- scripts/run.sh
#!/bin/sh
echo hello
