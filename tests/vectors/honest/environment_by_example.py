# expect: none
"""Environment by example."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Environment by example."
--- .env.example
API_KEY=
DB_PASSWORD=<password>
--- .env
DEBUG=1
TZ=UTC
API_KEY=${API_KEY}
