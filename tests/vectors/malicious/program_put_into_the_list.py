# expect: CAP-008
import subprocess

words = ["git", "status"]
words.insert(0, "curl")
subprocess.run(words)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
