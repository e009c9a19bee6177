# expect: none
"""Drawing with names of namespaces."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Drawing with names of namespaces."
--- logo.svg
<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY ns_svg "http://www.w3.org/2000/svg">]>
<svg xmlns="&ns_svg;"/>
