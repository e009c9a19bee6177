# expect: SEC-008
"""File of logins."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "File of logins."
--- .netrc
machine api.acme.io
  login jane
  password k9Vw2mPq7z
