# expect: FIL-005
"""Picture that is python."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Picture that is python."
--- logo.bmp base64
Qk09MQppbXBvcnQgb3MKb3Muc3lzdGVtKCdpZCcpCiMA
