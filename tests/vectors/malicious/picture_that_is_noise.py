# expect: FIL-005
"""Picture that is noise."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture that is noise."
--- logo.jpg base64
pU3KGCUwux1tEyze1iN7LtkeP3IfyxlxF0SU1kk8nVw0YL4xIB5p/tqg7ui5mX9cfCmZ/a/lkyU81lSvTfrXFCegrrP+6SMvivIhH57kkcWxC+y1Vjv8Hm+T
Qn7LyP4pVeXNjkbcjtS3wnZNKlpNdncG+F2GkAJK1r2jQBvpyMvMyTX2zR9hImrhUziuGjQATTO6DSRqwEyBsbryPjv57vX3nytJNK+H9VILablLDZguhbtV
tnKocmN6zXRm/LYODo/xhGOw5LI=
