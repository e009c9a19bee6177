"""The host process of one peer: ``python -m benchmarks.peers NAME``; a JSON line in, a JSON line out, until there are no more."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.peers.shape import Absent, Peer

PEERS = {
    "skillpod": ("ours", "Pod"),
    "skillpod-jail": ("ours", "Jail"),
    "skillpod-demand": ("ours", "OnDemand"),
    "pydantic-monty": ("languages", "Monty"),
    "smolagents": ("languages", "Smolagents"),
    "plain": ("processes", "Plain"),
    "forkserver": ("processes", "Forkserver"),
    "bubblewrap": ("processes", "Bubblewrap"),
    "nsjail": ("processes", "Nsjail"),
    "sandlock": ("processes", "Sandlock"),
}


def main(name: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a peer prints is no answer
    peer: Peer | None = None

    def opened(_: dict[str, Any]) -> Any:
        nonlocal peer
        module, kind = PEERS[name]
        peer = getattr(importlib.import_module(f"benchmarks.peers.{module}"), kind)()
        peer.open()
        return peer.version

    acts: dict[str, Callable[[dict[str, Any]], Any]] = {
        "open": opened,
        "warm": lambda asked: _there(peer).warm(asked["count"]),
        "fresh": lambda asked: _there(peer).fresh(asked["count"]),
        "keep": lambda asked: _there(peer).keep(asked["count"]),
        "warm_rate": lambda asked: _there(peer).warm_rate(asked["callers"], asked["seconds"]),
        "fresh_rate": lambda asked: _there(peer).fresh_rate(asked["callers"], asked["seconds"]),
    }
    print(json.dumps({"value": "started"}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"value": acts[asked["do"]](asked)}
        except Absent as fault:
            answer = {"absent": str(fault)}
        except Exception as fault:  # SAFE: whatever a peer raises is told in its row, and ends nobody else's
            answer = {"absent": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer), file=answers, flush=True)
    if peer is not None:
        peer.close()


def _there(peer: Peer | None) -> Peer:
    if peer is None:
        raise Absent("it was not opened")
    return peer


if __name__ == "__main__":
    main(sys.argv[1])
