# expect: none
import json

from skillpod import Context, tool


@tool
def note(text: str, ctx: Context) -> None:
    """Note."""
    (ctx.volume("data") / "notes.json").write_text(json.dumps(text))
    (ctx.volume("data") / "old.json").unlink(missing_ok=True)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: write
permissions:
  volumes: [{name: data, access: write}]
