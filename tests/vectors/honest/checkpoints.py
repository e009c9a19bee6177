# expect: none
from skillpod import Cancelled, Context, tool


@tool
def count(far: int, ctx: Context) -> int:
    """Count, and remember how far."""
    done = 0
    try:
        for _ in range(far):
            ctx.checkpoint()
            done += 1
    except Cancelled:
        ctx.state["done"] = done
        raise
    return done
