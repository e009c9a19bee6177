# expect: FIL-004
"""Archive in gzip."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Archive in gzip."
--- table.csv.gz base64
H4sIAAAAAAACA0vUSeICAMUQlyQEAAAA
