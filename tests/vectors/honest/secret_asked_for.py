# expect: none
from skillpod import Context, tool


@tool
def sign(text: str, ctx: Context) -> str:
    """Sign."""
    return str(len(ctx.secret("API_TOKEN"))) + text
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  secrets: [{name: API_TOKEN}]
