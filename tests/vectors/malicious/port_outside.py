# expect: CAP-001
import socket

socket.create_connection(("api.example.com", 22))
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
