# expect: CAP-007
import subprocess

subprocess.run(["curl", "https://collect.example.net"])
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
