# expect: SEC-002
"""Token of a cloud in a file."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Token of a cloud in a file."
--- config.ini base64
W2RlZmF1bHRdCmF3c19zZWNyZXRfYWNjZXNzX2tleSA9IEFseXVPcXhxeklQMnNmeFk3a3NlM0VqRHJUZVFMWmlRNDdlVXZ0YnoK
