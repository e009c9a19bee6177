# expect: CAP-009
import skillpod
from skillpod import tool


@tool
def look(name: str, context: "skillpod.Context") -> str:
    """Look."""
    return context.volume("data").joinpath(name).read_text()
