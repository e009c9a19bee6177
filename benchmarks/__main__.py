"""Measure everything in one run and print the tables: ``python -m benchmarks [--quick] [--record] [NAME...]``."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.audit import QUICK as A_FEW
from benchmarks.audit import THOROUGH as ALL
from benchmarks.audit import audit
from benchmarks.calls import pod_calls, wire_calls
from benchmarks.changes import drops_and_swaps
from benchmarks.command import cold_starts
from benchmarks.doors import doors
from benchmarks.evidence import QUICK as A_SHORT_LOG
from benchmarks.evidence import THOROUGH as A_LONG_LOG
from benchmarks.evidence import evidence
from benchmarks.jail import QUICK as A_LITTLE
from benchmarks.jail import THOROUGH, jail
from benchmarks.keeping import keeping
from benchmarks.log import QUICK as A_SHORT_READING
from benchmarks.log import THOROUGH as A_LONG_READING
from benchmarks.log import log
from benchmarks.memory import memory
from benchmarks.module import in_process
from benchmarks.network import QUICK as A_FEW_EXCHANGES
from benchmarks.network import THOROUGH as MANY_EXCHANGES
from benchmarks.network import network
from benchmarks.policy import policies
from benchmarks.programs import programs
from benchmarks.record import record
from benchmarks.restart import restarts
from benchmarks.search import searches
from benchmarks.table import Shown, report
from benchmarks.trust import QUICK as ONCE
from benchmarks.trust import THOROUGH as OFTEN
from benchmarks.trust import trust

DOCS = Path(__file__).resolve().parent.parent / "docs"
FULL: dict[str, Callable[[], Sequence[Shown]]] = {
    "wire": lambda: asyncio.run(wire_calls(30)),
    "calls": lambda: asyncio.run(pod_calls(100)),
    "keeping": lambda: asyncio.run(keeping(100)),
    "changes": lambda: asyncio.run(drops_and_swaps(30)),
    "restart": lambda: asyncio.run(restarts(1000, 3)),
    "memory": lambda: asyncio.run(memory(30)),
    "command": lambda: asyncio.run(cold_starts(20)),
    "search": lambda: asyncio.run(searches(10_000, 20)),
    "doors": lambda: doors(20, 2000),
    "policy": lambda: policies(50),
    "programs": lambda: programs(200),
    "jail": lambda: jail(THOROUGH),
    "module": lambda: asyncio.run(in_process(100)),
    "audit": lambda: audit(ALL),
    "trust": lambda: trust(OFTEN),
    "evidence": lambda: evidence(A_LONG_LOG),
    "log": lambda: log(A_LONG_READING),
    "network": lambda: asyncio.run(network(MANY_EXCHANGES)),
}
QUICK: dict[str, Callable[[], Sequence[Shown]]] = {
    "wire": lambda: asyncio.run(wire_calls(2)),
    "calls": lambda: asyncio.run(pod_calls(3)),
    "keeping": lambda: asyncio.run(keeping(2)),
    "changes": lambda: asyncio.run(drops_and_swaps(2)),
    "restart": lambda: asyncio.run(restarts(5, 1)),
    "memory": lambda: asyncio.run(memory(3)),
    "command": lambda: asyncio.run(cold_starts(2)),
    "search": lambda: asyncio.run(searches(200, 1)),
    "doors": lambda: doors(1, 50),
    "policy": lambda: policies(1),
    "programs": lambda: programs(2),
    "jail": lambda: jail(A_LITTLE),
    "module": lambda: asyncio.run(in_process(3)),
    "audit": lambda: audit(A_FEW),
    "trust": lambda: trust(ONCE),
    "evidence": lambda: evidence(A_SHORT_LOG),
    "log": lambda: log(A_SHORT_READING),
    "network": lambda: asyncio.run(network(A_FEW_EXCHANGES)),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: shows that everything runs, the figures mean little")
    parser.add_argument("--record", action="store_true", help="put tables and plots where docs/ keeps them, beside what is printed")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(FULL)}; all when left out")
    options = parser.parse_args()
    if options.quick and options.record:
        parser.error("what --quick measures is not worth recording")
    unknown = sorted(set(options.names) - set(FULL))
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(FULL)}")
    chosen = QUICK if options.quick else FULL
    shown: dict[str, Sequence[Shown]] = {}
    for name, measure in chosen.items():
        if not options.names or name in options.names:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            shown[name] = measure()
    machine = f"Python {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} processors"
    print(f"{machine}\n")
    print(report([thing for things in shown.values() for thing in things]))
    if options.record:
        record(shown, machine, DOCS)


if __name__ == "__main__":
    main()
