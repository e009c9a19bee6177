# expect: FIL-002
"""Bytecode called data."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Bytecode called data."
--- cache.dat base64
pw0NCgAAAAAAAAAAAAAAAGMAAAAAAAAAAAAAAAABAAAAAAAAAPMKAAAAlwBkAFoAZAFTACkC6QEAAABOKQHaAXipAPMAAAAA2gFm+gg8bW9kdWxlPnIGAAAA
AQAAAHMOAAAA8AMBAQHYAgOAAYABgAFyBAAAAA==
