# expect: CAP-009
import os


def look():
    return os.listdir(os.path.join("/volumes", "accounts"))
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  volumes: [{name: data, access: read}]
