# expect: CAP-008
from . import place
place.WORDS[0] = "curl"
place.go()
--- place.py
import subprocess
WORDS = ["git", "status"]
def go():
    subprocess.run(WORDS)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
