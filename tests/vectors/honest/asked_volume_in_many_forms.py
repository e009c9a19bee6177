# expect: none
import os
from pathlib import Path

from skillpod import Context, tool


@tool
def look(name: str, ctx: Context) -> list[str]:
    """Look."""
    root = ctx.volume("data")
    found = [entry.name for entry in root.iterdir()]
    with open(root / name) as file:
        found.append(file.read())
    found += os.listdir(os.path.join("/volumes/data", "reports"))
    found.append(Path("/volumes/data").joinpath("index.txt").read_text().replace("a", "b"))
    return found


def unseen(context, name):
    return context.volume("data") / name
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
