# expect: CAP-008
from urllib.request import urlopen

urlopen("https://api%2eexample.com%2f.collect.example.net/")
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
