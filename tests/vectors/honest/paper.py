# expect: none
"""Paper."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Paper."
--- paper.pdf
%PDF-1.4
1 0 obj
<< /Type /Catalog >>
endobj
%%EOF
