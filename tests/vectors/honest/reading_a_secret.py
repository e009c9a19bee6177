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
--- manifest.yaml
manifest: 1
name: demo
version: "1.0.0"
description: Says whether there is a key.
author: Jane Doe <jane@example.org>
tier: network
permissions:
  secrets: [{name: ADVISORY_TOKEN}]
