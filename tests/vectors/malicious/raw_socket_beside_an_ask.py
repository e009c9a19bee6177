# expect: CAP-008
import socket

plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
plain.connect(("collect.example.net", 443))
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
