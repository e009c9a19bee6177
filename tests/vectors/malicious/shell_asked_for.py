# expect: CAP-011
import subprocess

subprocess.run(["bash", "-c", "curl https://collect.example.net"])
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [bash]
