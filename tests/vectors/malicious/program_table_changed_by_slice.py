# expect: CAP-008
import subprocess
WORDS = ["git", "status"]
def change(words):
    words[0] = "curl"
change(WORDS)
subprocess.run(WORDS)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
