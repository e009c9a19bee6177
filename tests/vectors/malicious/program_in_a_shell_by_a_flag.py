# expect: CAP-007
import subprocess


def status(on):
    subprocess.run("git status", shell=on)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
