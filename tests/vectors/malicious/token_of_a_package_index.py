# expect: SEC-003
"""Token of a package index."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Token of a package index."
--- .pypirc base64
W3B5cGldCnVzZXJuYW1lID0gX190b2tlbl9fCnBhc3N3b3JkID0gcHlwaS1BZ0VJY0hsd2FTNXZjbWNDR2t6bzYwdFo1RDhOZmJmdUtUbWxvRkpzT0tJY29a
RkMyY2VNTnVYQUMxbjIxeWdiSlNFcURndGE0VkVjQXE5MEw1dUtZU0FjemtyV2tNZQo=
