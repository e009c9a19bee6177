# expect: FIL-002
"""Code object called data."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Code object called data."
--- cache.bin base64
YwAAAAAAAAAAAAAAAAEAAAAAAAAA8woAAACXAGQAWgBkAVMAKQLpAQAAAE4pAdoBeKkA8wAAAADaAWb6CDxtb2R1bGU+cgYAAAABAAAAcw4AAADwAwEBAdgC
A4ABgAGAAXIEAAAA
