"""Quantities in words, by the package humanize."""

from typing import Annotated

import humanize

from skillpod import Field, tool


@tool(read_only=True)
def size(count: Annotated[int, Field(ge=0, description="Bytes.")], binary: bool = False) -> str:
    """A number of bytes, in thousands (MB) or, with `binary`, in 1024s (MiB)."""
    return humanize.naturalsize(count, binary=binary)


@tool(read_only=True)
def number(value: int) -> str:
    """A large number with its word: million, billion, and so on."""
    return humanize.intword(value)


@tool(read_only=True)
def duration(seconds: Annotated[float, Field(ge=0, le=1e12)]) -> str:
    """A span of time in the units people say, to the second."""
    return humanize.precisedelta(seconds, format="%d")


@tool(read_only=True)
def listing(items: Annotated[list[str], Field(min_length=1, max_length=100)]) -> str:
    """Items in a sentence: commas, and one "and" at the end."""
    return humanize.natural_list(items)
