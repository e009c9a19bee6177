# expect: FIL-009
"""Document that reads files."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Document that reads files."
--- data.xml
<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>
<a>&b;</a>
