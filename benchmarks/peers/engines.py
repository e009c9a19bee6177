"""Cedar, asked what its policies say: a process that times its own decisions, so that no wire is part of them.

Reads one JSON line ``{policies, requests}``, answers with its version and what it decides of each request (true: allowed); then for each
line with a number, the seconds of as many decisions, one after the other over the requests. Policies and entities are read once.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from itertools import cycle, islice
from time import perf_counter

import cedarpy  # type: ignore[import-not-found]  # SAFE: only in the environment of its own that it is measured in


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    policies = cedarpy.PolicySet.from_str(asked["policies"])
    entities = cedarpy.Entities.from_json_str("[]")
    decisions = [cedarpy.is_authorized(request, policies, entities).allowed for request in asked["requests"]]
    print(json.dumps({"version": version("cedarpy"), "decisions": decisions}), flush=True)
    for line in sys.stdin:
        seconds = []
        for request in islice(cycle(asked["requests"]), int(line)):
            started = perf_counter()
            cedarpy.is_authorized(request, policies, entities)
            seconds.append(perf_counter() - started)
        print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main()
