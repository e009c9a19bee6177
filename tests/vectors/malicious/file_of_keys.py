# expect: SEC-008
"""File of keys."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "File of keys."
--- cert.p12 base64
MIIKAMByD4AKht57drVoptmOmP9uUPSIRZmQLakC+H9So+dsGmu4F+Bd3keYDDlNBESaTbQxVu3LLtSty6sQeA==
