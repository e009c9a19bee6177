# expect: CAP-009
from skillpod import Context, tool


@tool
def note(text: str, ctx: Context) -> None:
    """Note."""
    folder = ctx.volume("data")
    with open(folder / "notes.txt", "a") as file:
        file.write(text)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
