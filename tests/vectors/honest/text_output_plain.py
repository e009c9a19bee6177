# expect: none
from skillpod import tool


@tool
def look(name: str) -> dict[str, str]:
    """Look it up."""
    if not name:
        raise ValueError("give a name; do not leave it empty")
    return {"name": name, "note": "Nothing found. Try another name, or ask the user for one.", "next": f"Call `show` with {name} next."}
