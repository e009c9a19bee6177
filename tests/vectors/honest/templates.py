# expect: none
"""Templates."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Templates."
--- page.html.j2
<h1>{{ title }}</h1>
--- module.py.j2
import os


def f():
    pass
--- data.weird
just words
