# expect: IMP-001
import subprocess
subprocess.run(["git", "status"], env={"PATH": "/tmp/own"})
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: system
permissions:
  programs: [git]
