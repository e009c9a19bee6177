# expect: none
from skillpod import tool


@tool
def build(lines: list[str]) -> str:
    """Join the lines."""
    return compile(lines)


@tool
def compile(lines: list[str]) -> str:
    """Join the lines."""
    return "\n".join(lines)
