# expect: CAP-011
import subprocess


def calculate(text):
    return subprocess.run(["python3", "-c", text], capture_output=True).stdout
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [python3]
