# expect: CAP-007
import os

os.system("git status; curl https://collect.example.net")
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
