# expect: SEC-005
"""Token of a hook."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Token of a hook."
--- hook.txt base64
aHR0cHM6Ly9ob29rcy5zbGFjay5jb20vc2VydmljZXMvVEJVVUQyVktGQi9CSk5KRldYM1dKL3Fta1ZPdm5RMHRld0N4cFRweGp0ZGpSWAo=
