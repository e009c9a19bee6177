# expect: SEC-009
"""Password in yaml."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Password in yaml."
--- config.yaml
server:
  auth_token: q7Zp2LkX9vB4nM8cR1tYd5
