"""Takes the newest checkpoint of the log out of reach: to a file, the system's log, a program, a witness, each in its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from skillpod.errors import PathUnusable, SkillpodError, WitnessDisagrees, WitnessUnusable
from skillpod.journal.aside import Aside
from skillpod.journal.copies import append, send
from skillpod.journal.tree.checkpoint import Signed
from skillpod.journal.tree.note import read_key
from skillpod.journal.witness import WitnessClient
from skillpod.journal.writer import JournalWriter
from skillpod.lifecycle.news import News
from skillpod.lifecycle.turns import for_ever, own_up
from skillpod.model.event import Kind
from skillpod.model.keeping import Keeping
from skillpod.ports import Clock, Worker

LOOK = 0.25
"""Seconds between two looks at what is newest, and at what pod.yaml says."""
PATIENCE = 10.0
"""Seconds that one copy may take."""
AT_A_STOP = 5.0
"""Seconds that the last copies may keep a pod from stopping, all together."""
AGAIN = 60.0
"""Seconds until what failed is tried again, at most."""

_BEGINNINGS: Mapping[type[SkillpodError], str] = {
    WitnessDisagrees: "the log is not what it was",
    WitnessUnusable: "no checkpoint is cosigned",
}

Give = Callable[[Signed], Awaitable[None]]


@dataclass(slots=True, eq=False)
class _Way:
    """One place that checkpoints are taken to. ``chosen`` is what pod.yaml says of it: another choice is another way. ``size`` and ``at``
    (since the epoch) are of the last that came there; ``fault`` is why no newer one did, ``told`` what was said of it."""

    name: str
    chosen: object
    give: Give
    size: int = -1
    at: float = 0.0
    begun: float = float("-inf")
    fault: str = ""
    told: str = ""
    task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return self.task is not None and not self.task.done()

    def wait(self, every: float) -> float:
        return min(every, AGAIN) if self.fault else every


class Outlet:
    """Looks at the log's newest checkpoint, for ever. No way waits for another; nothing of the pod waits for any, but its stop, a while."""

    def __init__(
        self, journal: JournalWriter, *, keeping: Callable[[], Keeping], worker: Worker, news: News, clock: Clock, syslog: str
    ) -> None:
        """``syslog`` is the address of the system's log."""
        self._journal = journal
        self._keeping = keeping
        self._worker = worker
        self._news = news
        self._clock = clock
        self._syslog = syslog
        self._ways: dict[str, _Way] = {}

    async def run(self) -> None:
        """Take the newest along every way that pod.yaml names, at most once in ``log.copies.every``."""
        await for_ever(self._look, every=LOOK, told=lambda message: self._news.tell(Kind.TROUBLE, message=message))

    async def close(self) -> None:
        """Take the last checkpoint along every way, within AT_A_STOP; call it when ``run`` was cancelled and nothing more is written."""
        try:
            async with asyncio.timeout(AT_A_STOP):
                with suppress(OSError):
                    await self._journal.seal()
                self._choose()
                await asyncio.gather(*(self._give_last(way) for way in self._ways.values()))
        except TimeoutError:
            late = ", ".join(way.name for way in self._ways.values() if not self._is_there(way))
            self._news.tell(Kind.TROUBLE, message=f"the last checkpoint was not copied within {AT_A_STOP:g} s: {late}")
        finally:
            begun = [way.task for way in self._ways.values() if way.task is not None]
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)

    @property
    def is_busy(self) -> bool:
        """Whether a copy is on its way."""
        return any(way.is_busy for way in self._ways.values())

    def told(self) -> dict[str, Any]:
        """How many entries the newest checkpoint is of, and of each way: where it leads, how many the last one was of that came there (-1:
        none yet), when, and what is wrong."""
        copies = [{"to": way.name, "size": way.size, "at": way.at, "fault": way.fault} for way in self._ways.values()]
        newest = self._journal.sealed
        return {"size": 0 if newest is None else newest.checkpoint.size, "copies": copies}

    # --- which ways ---

    def _choose(self) -> None:
        """Make the ways those that pod.yaml names now."""
        chosen = _chosen(self._keeping())
        for kind, way in list(self._ways.items()):
            if chosen.get(kind) != way.chosen:
                if way.task is not None:
                    way.task.cancel()
                del self._ways[kind]
        for kind, choice in chosen.items():
            if kind not in self._ways:
                self._ways[kind] = self._way(kind, choice)

    def _way(self, kind: str, choice: Any) -> _Way:
        match kind:
            case "file":
                return _Way(choice, choice, partial(_aside, Aside(), partial(append, choice)))
            case "syslog":
                return _Way(f"the system's log at {self._syslog}", choice, partial(_aside, Aside(), partial(send, address=self._syslog)))
            case "command":
                return _Way(choice[0], choice, partial(self._run, choice))
            case _:
                key = read_key(choice.key, at="log.witness.key")
                return _Way(f"the witness {key.name}", choice, partial(self._witness, WitnessClient(choice.url, key)))

    async def _run(self, argv: Sequence[str], signed: Signed) -> None:
        status = await self._worker.run(argv, stdin=str(signed).encode(), timeout=PATIENCE)
        if status != 0:
            raise PathUnusable(f"it ended with status {status}", at=argv[0])

    async def _witness(self, client: WitnessClient, signed: Signed) -> None:
        signatures = await client.cosign(signed, self._journal.consistency)
        await self._journal.cosign(signed.with_signatures(signatures))

    # --- one copy at a time ---

    async def _look(self) -> None:
        self._choose()
        newest, now, every = self._journal.sealed, self._clock.now(), self._keeping().copies.every
        for way in self._ways.values():
            if newest is not None and not way.is_busy and not self._is_there(way) and now >= way.begun + way.wait(every):
                way.begun = now
                way.task = asyncio.get_running_loop().create_task(self._give(way, newest))

    def _is_there(self, way: _Way) -> bool:
        newest = self._journal.sealed
        return newest is None or way.size == newest.checkpoint.size

    async def _give_last(self, way: _Way) -> None:
        if way.task is not None:
            await asyncio.wait([way.task])
        newest = self._journal.sealed
        if newest is not None and not self._is_there(way):
            await self._give(way, newest)

    async def _give(self, way: _Way, newest: Signed) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await way.give(newest)
        except TimeoutError:
            self._complain(way, PathUnusable("it takes too long", at=way.name))
        except Exception as fault:  # noqa: BLE001  # SAFE: told; what one way does keeps no other from its turn
            self._complain(way, PathUnusable(fault.strerror or str(fault), at=way.name) if isinstance(fault, OSError) else own_up(fault))
        else:
            way.size, way.at, way.fault, way.told = newest.checkpoint.size, self._clock.epoch(), "", ""

    def _complain(self, way: _Way, error: SkillpodError) -> None:
        """Told once as long as it is the same."""
        is_attack = isinstance(error, WitnessDisagrees)
        way.fault = error.message
        about = error.code if is_attack else error.message  # how many entries there are is another number each time
        if about != way.told:
            way.told = about
            beginning = _BEGINNINGS.get(type(error), f"no checkpoint is copied to {way.name}")
            self._news.tell(Kind.TROUBLE, message=f"{beginning}: {error.message}", error=error)


def _chosen(keeping: Keeping) -> dict[str, Any]:
    copies = keeping.copies
    choices = {"file": copies.file, "syslog": copies.to_syslog, "command": copies.command, "witness": keeping.witness}
    return {kind: choice for kind, choice in choices.items() if choice}


async def _aside(thread: Aside, put: Callable[[Signed], None], signed: Signed) -> None:
    await thread.do(partial(put, signed))
