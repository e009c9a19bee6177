# expect: none
import os
from os import environ, getenv

COLOUR = os.environ.get("NO_COLOR") is None


def settings():
    if "TZ" in os.environ:
        return environ["TZ"]
    return getenv("LANG", "C"), os.environ.setdefault("LC_ALL", "C"), dict(os.environ)
--- manifest.yaml
name: probe_skill
version: "1.0.0"
description: A probe.
author: A. Tester
tier: read-only
permissions:
  environment: [TZ]
