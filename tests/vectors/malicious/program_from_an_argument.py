# expect: CAP-008
import subprocess


def start(name):
    subprocess.run([name, "status"])
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
