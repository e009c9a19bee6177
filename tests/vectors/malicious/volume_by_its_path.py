# expect: CAP-009
from skillpod import tool


@tool
def look() -> str:
    """Look."""
    with open("/volumes/accounts/all.csv") as file:
        return file.read()
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
