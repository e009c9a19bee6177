# expect: none
import skillpod
from skillpod import Context, Field, tool


@skillpod.tool
def remember(text: str, ctx: Context) -> int:
    """Remember."""
    ctx.state["n"] = ctx.state.get("n", 0) + 1
    ctx.logger.info("remembered")
    ctx.progress(1.0, "done")
    return len(ctx.read_text("README.md")) + ctx.state["n"]
