# expect: none
from skillpod import Context, tool


@tool
def ask(ctx: Context) -> str:
    """Ask.

    Args:
        ctx: The context.
    """
    token = ctx.secret("ADVISORY_TOKEN")
    headers = {"Authorization": f"Bearer {token}"}
    return str(len(headers))
