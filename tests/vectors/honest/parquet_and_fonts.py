# expect: none
"""Parquet and fonts."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Parquet and fonts."
--- t.parquet base64
UEFSMRUEUEFSMQ==
--- f.woff2 base64
d09GMgABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
--- f.ttf base64
AAEAAAAKAIAAAwAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==
