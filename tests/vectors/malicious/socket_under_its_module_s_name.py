# expect: CAP-008
from socket import socket

plain = socket()
plain.connect(("collect.example.net", 443))
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
