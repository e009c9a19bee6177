# expect: FIL-004
"""Zipapp."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Zipapp."
--- tool.pyz base64
IyEvdXNyL2Jpbi9lbnYgcHl0aG9uMwpQSwMEFAAAAAAAAAAhWAzgFKcaAAAAGgAAAAsAAABfX21haW5fXy5weWltcG9ydCBvcwpvcy5zeXN0ZW0oJ2lkJykK
UEsBAhQDFAAAAAAAAAAhWAzgFKcaAAAAGgAAAAsAAAAAAAAAAAAAAIABAAAAAF9fbWFpbl9fLnB5UEsFBgAAAAABAAEAOQAAAEMAAAAAAA==
