"""Logs in processes of their own, for tests that kill them: tiny segments, calls in between, and old segments let go of all the while.

For every line that is read a process is forked that takes over the log of HOME. It says every number that is durable.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
from contextlib import closing
from pathlib import Path

from skillpod.journal.key import generate
from skillpod.journal.writer import JournalWriter
from skillpod.lifecycle.ledger import Ledger
from skillpod.lifecycle.recollection import recollect
from skillpod.lifecycle.upkeep import Upkeep
from skillpod.model.entry import Entry, Fact
from skillpod.store.index import Index
from tests.store.histories import publishes

SEGMENT_BYTES = 4000
KEEP = 20_000


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def live(home: Path) -> None:
    journal = JournalWriter(home / "journal", node="pod-1", epoch=time.time, segment_bytes=SEGMENT_BYTES)
    await journal.open()
    with closing(Index(home / "index.sqlite")) as index:
        recollect(index, home / "journal", end=journal.next_seq - 1)
        known = index.names().get("scan")
        ledger = Ledger(journal=journal, state=index)
        say("restored", known.generation if known else 0)

        async def publish() -> None:
            for number in itertools.count((known.generation if known else 0) + 1):
                await ledger.write(publishes("scan", number, f"sha256:{number % 50:064d}"))
                say("published", number)
                journal.note(Entry(fact=Fact.CALL, skill="scan", generation=number))

        async def keep_up() -> None:
            upkeep = Upkeep(ledger, journal=home / "journal", keep=lambda: KEEP, trouble=lambda why: say("trouble", why))
            while True:
                await upkeep.turn()
                await asyncio.sleep(0.001)

        await asyncio.gather(publish(), publish_aside(ledger), keep_up())


async def publish_aside(ledger: Ledger) -> None:
    """Others write while the state is written."""
    for number in itertools.count(1):
        await ledger.write(Entry(fact=Fact.QUARANTINED, digest=f"sha256:{number % 20:064d}", reason="It died."))
        await asyncio.sleep(0.002)


def main(home: Path) -> None:
    generate("nobody").sign("what loads the library that signs")
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(home))
            os._exit(0)
        say("born", pid)
        os.waitpid(pid, 0)
        say("ended", pid)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
