# expect: SEC-008
"""File of an environment."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "File of an environment."
--- .env
DEBUG=1
export DB_PASSWORD=k9Vw2mPq7z
