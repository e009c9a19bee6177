# expect: SEC-003
"""Token of a code host in utf 16."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Token of a code host in utf 16."
--- notes.txt base64
//51AHMAZQAgAGcAaABwAF8AQQBXADYARgBwAFMAbwBuADcAdQBwAHMAUQBwAFAARgBJAHYAQgBCAHgAWgAxAEoAUwBYAEwAOQBvAGgANABHAGwAcwBUAHQA
CgA=
