# expect: none
from skillpod import tool


@tool
def page(title: str) -> str:
    """A page of HTML."""
    return f"<html><head><title>{title}</title><style>p {{ color: white }}</style></head><body><!-- made by page --><p>{title}</p></body></html>"
