# expect: CAP-001
from urllib.request import Request, urlopen

request = Request("https://api.example.com.collect.example.net/v1")
urlopen(request)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
