# expect: none
from skillpod import tool


@tool
def read(path: str) -> str:
    """Read a file."""
    with open(path, encoding="utf-8") as file:
        return file.read()
