# expect: SEC-007
"""Password in an address of a page."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Password in an address of a page."
--- config.yaml
url: https://bot:Tr0ub4dor-77@intranet.acme.io/api
