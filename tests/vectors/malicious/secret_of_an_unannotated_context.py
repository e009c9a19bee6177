# expect: CAP-010
from skillpod import Context, tool
def take(place, name):
    return place.secret(name)
@tool
def look(ctx: Context) -> str:
    """Look."""
    ctx.secret("API_TOKEN")
    return take(ctx, "OWNER_KEY")
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  secrets: [{name: API_TOKEN}]
