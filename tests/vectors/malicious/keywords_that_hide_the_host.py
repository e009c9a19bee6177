# expect: CAP-008
from http.client import HTTPSConnection


def send(options):
    return HTTPSConnection("api.example.com", **options)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
