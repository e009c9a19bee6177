# expect: FIL-009
"""Document that grows."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Document that grows."
--- data.xml
<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>
<a>&c;</a>
