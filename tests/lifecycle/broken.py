"""A log with a history, for the tests that break it; and a process that dies at a given step of beginning a log.

``python -m tests.lifecycle.broken renew HOME STEPS`` renews copies of HOME, or with ``begin`` begins logs in them, dies at another step of
that in each, and says how each ended.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from skillpod.journal.entry import encode_body, number
from skillpod.journal.head import Head
from skillpod.journal.key import FILE
from skillpod.journal.tail import Tail
from skillpod.lifecycle.renewal import Renewal
from skillpod.model.entry import Entry, Fact
from skillpod.store.index import Index

NODE = "pod-1"
STEPS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree"})
"""What changes names in a directory, as ``sys.addaudithook`` hears of it."""


def write(home: Path, history: Sequence[Entry], *, batches: int = 1, segment_bytes: int = 1 << 26) -> None:
    """Go on in the log of HOME, sealed after each of so many batches."""
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "node").write_text(f"{NODE}\n")
    head = Head(home / FILE, origin=f"skillpod/{NODE}")
    tail = Tail(home / "journal", head, segment_bytes=segment_bytes)
    try:
        seq = tail.take_over()
        size = -(-len(history) // batches) or 1
        for start in range(0, len(history), size):
            batch = history[start : start + size]
            tail.append([number(encode_body(entry, ts=1.0, node=NODE), seq + start + place) for place, entry in enumerate(batch)])
            head.seal()
    finally:
        tail.close()


def indexed(home: Path, history: Sequence[Entry]) -> None:
    """The index as a pod left it that had folded all of this."""
    with closing(Index(home / "index.sqlite")) as index:
        index.apply_all(enumerate(history, 1))


def renewal(home: Path, **options: Any) -> Renewal:
    return Renewal(home, node=NODE, index=home / "index.sqlite", **options)


def renew(home: Path) -> str:
    again = renewal(home)
    again.begin(actor="uid:0", reason="I looked at it.", now=time.time())
    return again.finish()


def _die_at(step: int) -> None:
    seen = 0

    def hear(event: str, _arguments: object) -> None:
        nonlocal seen
        seen += event in STEPS
        if seen == step:
            os._exit(9)

    sys.addaudithook(hear)


def main(what: str, home: Path, steps: int) -> None:
    for step in range(1, steps + 1):
        copy = home.with_name(f"{home.name}-{step}")
        shutil.copytree(home, copy, symlinks=True)
        child = os.fork()
        if child == 0:
            _die_at(step)
            if what == "renew":
                renew(copy)
            else:
                write(copy, [Entry(fact=Fact.POD_STARTED)])
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
