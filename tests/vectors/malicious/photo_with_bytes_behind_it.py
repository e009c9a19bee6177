# expect: FIL-006
"""Photo with bytes behind it."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Photo with bytes behind it."
--- photo.jpg base64
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAj/
wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//ZuilwNHTwZKxo9wD1sCs9xmb0W96q
LMrtzStRV0EOTe5K8rNPQwoHNEfeY2wOgGyVe6aE1kMfterXQk0J4V0CTA==
