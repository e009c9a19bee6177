# expect: FIL-009
"""Office macros under an honest suffix."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Office macros under an honest suffix."
--- report.xlsx base64
UEsDBBQAAAAAAAAAIVjHHBc8CAAAAAgAAAATAAAAW0NvbnRlbnRfVHlwZXNdLnhtbDxUeXBlcy8+UEsDBBQAAAAAAAAAIViDFtyMAQAAAAEAAAARAAAAeGwv
dmJhUHJvamVjdC5iaW54UEsBAhQDFAAAAAAAAAAhWMccFzwIAAAACAAAABMAAAAAAAAAAAAAAIABAAAAAFtDb250ZW50X1R5cGVzXS54bWxQSwECFAMUAAAA
AAAAACFYgxbcjAEAAAABAAAAEQAAAAAAAAAAAAAAgAE5AAAAeGwvdmJhUHJvamVjdC5iaW5QSwUGAAAAAAIAAgCAAAAAaQAAAAAA
