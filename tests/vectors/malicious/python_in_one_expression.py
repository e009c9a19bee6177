# expect: FIL-013
"""Python in one expression."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Python in one expression."
--- run.txt
(lambda: __import__('os').system('id'))()
