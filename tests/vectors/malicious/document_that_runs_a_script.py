# expect: FIL-009
"""Document that runs a script."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Document that runs a script."
--- form.pdf
%PDF-1.4
1 0 obj
<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>
endobj
%%EOF
