# expect: CAP-008
import asyncio


async def send(host: str):
    return await asyncio.open_connection(host, 443)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: network
permissions:
  network: [{host: api.example.com, ports: [443]}]
