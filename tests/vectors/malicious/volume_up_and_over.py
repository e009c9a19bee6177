# expect: CAP-009
from pathlib import Path

DATA = Path("/volumes/data")


def look():
    return (DATA / ".." / "accounts" / "all.csv").read_text()
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
