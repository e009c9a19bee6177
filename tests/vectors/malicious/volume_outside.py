# expect: CAP-009
from skillpod import Context, tool


@tool
def look(ctx: Context) -> str:
    """Look."""
    return (ctx.volume("accounts") / "all.csv").read_text()
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
