# expect: CAP-009
import shutil

from skillpod import Context, tool


@tool
def tidy(ctx: Context) -> None:
    """Tidy."""
    shutil.rmtree(ctx.volume("data"))
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
