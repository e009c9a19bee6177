# expect: none
"""Text about cats."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Text about cats."
--- animals.txt
cat
dog
snake
.--- letters.txt
(c) 2024
I am
