# expect: FIL-007
"""Pickle in a model."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Pickle in a model."
--- weights.zip base64
UEsDBBQAAAAAAAAAIVg9t96JBAAAAAQAAAAQAAAAYXJjaGl2ZS9kYXRhLnBrbIACfS5QSwECFAMUAAAAAAAAACFYPbfeiQQAAAAEAAAAEAAAAAAAAAAAAAAA
gAEAAAAAYXJjaGl2ZS9kYXRhLnBrbFBLBQYAAAAAAQABAD4AAAAyAAAAAAA=
