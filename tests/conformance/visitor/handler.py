from skillpod import tool


@tool
def wave() -> str:
    """Wave."""
    return "hello"
