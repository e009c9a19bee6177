# expect: CAP-001
from urllib.request import urlopen

urlopen("https://api.example.com:443@x@collect.example.net/v1")
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
