# expect: SEC-002
"""Token of a storage account."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Token of a storage account."
--- settings.json base64
eyJzdG9yYWdlIjogIkRlZmF1bHRFbmRwb2ludHNQcm90b2NvbD1odHRwcztBY2NvdW50TmFtZT1hO0FjY291bnRLZXk9bkxja1F6a3R6N1FqV0R1czBEN2Z6
dE1YbE9pY0Z6RlUzWm1Ud0ZuV2QvZzNzQU9rRkdmT0VvYXNMMXljakxzMjRyNUdhMlErWUZoV1VlaGZIVnRzMEw9PSJ9
