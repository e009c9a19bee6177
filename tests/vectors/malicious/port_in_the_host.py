# expect: CAP-001
from http.client import HTTPSConnection

HTTPSConnection("api.example.com:8443").request("GET", "/")
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
