# expect: CAP-007
import subprocess

subprocess.run(["/tmp/git", "status"])
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
