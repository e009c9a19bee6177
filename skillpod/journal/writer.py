"""The journal's writer: entries in one order, control entries durable before they count, calls by group commit; and its head, signed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from skillpod.errors import JournalFailed, JournalUnwritable
from skillpod.journal.entry import encode_body, encode_body_anyway, number
from skillpod.journal.head import Began, Head
from skillpod.journal.key import FILE as KEY_FILE
from skillpod.journal.salts import NONE, fresh_salt
from skillpod.journal.tail import Tail
from skillpod.journal.tree.checkpoint import Signed
from skillpod.model.entry import Entry, Fact

SEGMENT_BYTES = 64 * 1024 * 1024
GROUP_ENTRIES = 256
GROUP_SECONDS = 0.003
RETRY_SECONDS = 1.0
BACKLOG_ENTRIES = 65_536
SEAL_SOON = 0.02
"""Seconds from a control entry to the checkpoint over it: those that come together share one."""
SEAL_SECONDS = 1.0
"""Seconds from any other entry to the checkpoint over it, at most."""


def _nobody(_told: str) -> None:
    """Nobody is told."""


class _Encode(Protocol):
    def __call__(self, entry: Entry, *, ts: float, node: str, salt: bytes) -> bytes: ...


@dataclass(slots=True, eq=False)
class _Pending:
    """An encoded entry that is not on the disk yet, and the salt in it. ``done`` is set when somebody waits for it, alone or with others
    that go in the same append; what is not ``is_control`` is a call."""

    seq: int
    body: bytes
    salt: bytes = NONE
    is_control: bool = True
    done: asyncio.Future[int] | None = None


class JournalWriter:
    """``ports.Journal`` over segments in a directory. Used from one event loop; files are touched in one thread only. ``salts`` is where
    what HMACs are made with is kept, None for nowhere.

    A sequence number is given when an entry is handed in and is never given twice. When writing fails, whoever waits is told, what
    nobody waits for is kept, and every entry that was refused is stood in for by one that says so: the numbers stay without a gap.

    The log's private key is beside the directory, not in it. ``trouble`` is told why there is no newer checkpoint.
    """

    def __init__(
        self,
        directory: Path,
        *,
        node: str,
        epoch: Callable[[], float],
        salts: Path | None = None,
        segment_bytes: int = SEGMENT_BYTES,
        retry: float = RETRY_SECONDS,
        backlog: int = BACKLOG_ENTRIES,
        trouble: Callable[[str], None] = _nobody,
    ) -> None:
        self._head = Head(directory.parent / KEY_FILE, origin=f"skillpod/{node}")
        self._tail = Tail(directory, self._head, segment_bytes=segment_bytes, salts=salts)
        self._told_trouble = trouble
        self._node = node
        self._epoch = epoch
        self._retry = retry
        self._backlog = backlog
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="skillpod-journal")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next_seq = 1
        self._queue: list[_Pending] = []
        self._flight: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_due = False
        self._sealing: asyncio.TimerHandle | None = None
        self._is_troubled = False
        self._fault: JournalUnwritable | None = JournalUnwritable("the journal is not open")
        self._is_open = False

    @property
    def next_seq(self) -> int:
        """The number the next entry handed in will have."""
        return self._next_seq

    @property
    def began(self) -> Began | None:
        """What the log was when it got its key, where that was at this opening."""
        return self._head.began

    @property
    def sealed(self) -> Signed | None:
        """The newest checkpoint."""
        return self._head.sealed

    async def open(self) -> None:
        """Read the log, hold it against its checkpoints, and go on in its newest segment.

        Raises JournalCorrupt when what is there is not what was signed, JournalUnwritable when it can't be opened.
        """
        self._loop = asyncio.get_running_loop()
        try:
            self._next_seq = await self._loop.run_in_executor(self._thread, self._tail.take_over)
        except BaseException:
            self._let_go()
            raise
        for pending in self._queue:  # marked before there was a number to give
            pending.seq = self._next_seq
            self._next_seq += 1
        self._fault, self._is_open = None, True
        self._flush_now()

    async def close(self) -> None:
        """Write what is left and let go of the files. Raises JournalUnwritable, saying how much was lost, when it can't be written."""
        if not self._is_open:
            return
        self._is_open = False
        self._stop_timer()
        self._stop_sealing()
        try:
            await self._write_the_rest()
        finally:
            self._fault = JournalUnwritable("the journal is closed")
            with suppress(OSError):
                await self.seal()
                await self._running_loop().run_in_executor(self._thread, self._part)
            await asyncio.wrap_future(self._let_go())

    def _part(self) -> None:
        if not self._queue:
            self._head.part()

    def _let_go(self) -> Future[None]:
        """Close the files in the thread, after whatever it is still writing."""
        closed = self._thread.submit(self._tail.close)
        self._thread.shutdown(wait=False)
        return closed

    # --- the port ---

    async def record(self, entry: Entry) -> int:
        """Write a control entry; durable when this returns its sequence number. Raises JournalUnwritable, also
        when what the state is folded from does not fit a line; then nothing was written."""
        return await self.record_all([entry])

    def record_all(self, entries: Sequence[Entry]) -> asyncio.Future[int]:
        """Write control entries with nothing between them, all in one append or none; their numbers are given when this returns, and the
        first of them is the result once they are durable. Raises as ``record``."""
        self.require()
        encoded = [self._encoded(entry, encode_body) for entry in entries]
        done: asyncio.Future[int] = self._running_loop().create_future()
        for body, salt in encoded:
            self._queued(body, salt).done = done
        self._flush_now()
        return done

    def note(self, entry: Entry) -> None:
        """Write an entry by group commit: on the disk within about 3 ms and one sync, with many others.

        Raises JournalUnwritable when the journal is known to be broken, and as ``record`` for what does not fit a line.
        """
        self.require()
        self._queued(*self._encoded(entry, encode_body)).is_control = False
        self._flush_soon()

    def mark(self, entry: Entry) -> None:
        """Like ``note``, for taking away: it never raises. What can't be written yet is kept in memory until it can.

        What is kept is not bounded: there is only so much to take away, and what makes more work is refused meanwhile.
        """
        self._queued(*self._encoded(entry, encode_body_anyway))
        if self._fault is None:
            self._flush_soon()

    def require(self) -> None:
        """Raise JournalUnwritable if the journal can't be written now, or the disk is too far behind."""
        if self._fault is not None:
            raise _as_unwritable(self._fault)
        if len(self._queue) >= self._backlog:
            hint = "the disk under HOME is too slow or hangs; it goes on when that many have been written"
            raise JournalUnwritable(f"{len(self._queue)} entries wait to be written to the journal", hint=hint)

    # --- one flush at a time ---

    def _encoded(self, entry: Entry, encode: _Encode) -> tuple[bytes, bytes]:
        """The line without its number, and the salt in it."""
        salt = fresh_salt(entry)
        return encode(entry, ts=self._epoch(), node=self._node, salt=salt), salt

    def _queued(self, body: bytes, salt: bytes) -> _Pending:
        pending = _Pending(self._next_seq, body, salt)
        self._next_seq += 1
        self._queue.append(pending)
        return pending

    def _flush_soon(self) -> None:
        if len(self._queue) >= GROUP_ENTRIES:
            self._flush_now()
        elif self._timer is None:
            self._timer = self._running_loop().call_later(GROUP_SECONDS, self._flush_now)

    def _flush_now(self) -> None:
        """Hand everything that waits to the thread, or remember to when what it is writing has landed."""
        self._stop_timer()
        if self._flight is not None:
            self._is_due = True
            return
        if not self._queue:
            return
        batch, self._queue, self._is_due = self._queue, [], False
        self._flight = self._running_loop().run_in_executor(self._thread, self._append, batch)
        self._flight.add_done_callback(partial(self._landed, batch))

    def _append(self, batch: list[_Pending]) -> None:
        self._tail.append([number(pending.body, pending.seq) for pending in batch], [pending.salt for pending in batch])

    def _landed(self, batch: list[_Pending], flight: asyncio.Future[None]) -> None:
        self._flight = None
        fault = flight.exception()
        if fault is not None:
            self._break(batch, fault)
            return
        self._fault = None
        for pending in batch:
            if pending.done is not None and not pending.done.done():
                pending.done.set_result(pending.seq)
        self._seal_within(SEAL_SOON if any(pending.is_control for pending in batch) else SEAL_SECONDS)
        if self._is_due:
            self._flush_now()
        elif self._queue:
            self._flush_soon()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("the journal was never opened")
        return self._loop

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- the signed head ---

    async def seal(self) -> None:
        """Sign what is on the disk now, when something was added since the newest checkpoint. Raises OSError."""
        await self._running_loop().run_in_executor(self._thread, self._head.seal)

    async def consistency(self, old: int, signed: Signed) -> list[bytes]:
        """The proof that the first ``old`` entries are what a checkpoint's tree grew from. Raises JournalCorrupt, OSError."""
        return await self._running_loop().run_in_executor(self._thread, self._head.consistency, old, signed)

    async def cosign(self, cosigned: Signed) -> None:
        """Publish a checkpoint with a witness's signature. Raises OSError."""
        await self._running_loop().run_in_executor(self._thread, self._head.cosign, cosigned)

    def _seal_within(self, seconds: float) -> None:
        """Have a checkpoint made by then; one that is due earlier stays."""
        if not self._is_open:
            return
        loop = self._running_loop()
        if self._sealing is not None:
            if self._sealing.when() <= loop.time() + seconds:
                return
            self._sealing.cancel()
        self._sealing = loop.call_later(seconds, self._begin_seal)

    def _stop_sealing(self) -> None:
        if self._sealing is not None:
            self._sealing.cancel()
            self._sealing = None

    def _begin_seal(self) -> None:
        self._sealing = None
        self._running_loop().run_in_executor(self._thread, self._head.seal).add_done_callback(self._sealed)

    def _sealed(self, done: asyncio.Future[Signed | None]) -> None:
        fault = done.exception()
        if fault is None:
            self._is_troubled = False
            return
        if not self._is_troubled:
            self._is_troubled = True
            self._told_trouble(f"the log has no newer checkpoint: {fault}")
        self._seal_within(self._retry)

    # --- when writing fails ---

    def _break(self, batch: list[_Pending], fault: BaseException) -> None:
        """Tell who waits, keep the rest in order, and try again in a while."""
        self._fault = _as_unwritable(fault)
        self._is_due = False
        self._queue = [*batch, *self._queue]
        for pending in self._queue:
            if pending.done is not None:
                if not pending.done.done():
                    pending.done.set_exception(_as_unwritable(fault))
                pending.done = None
                pending.body, pending.salt = self._withdrawn(self._fault), NONE
        self._stop_timer()
        if self._is_open:
            self._timer = self._running_loop().call_later(self._retry, self._flush_now)

    def _withdrawn(self, fault: JournalUnwritable) -> bytes:
        entry = Entry(fact=Fact.WITHDRAWN, outcome="error", reason=fault.message, error={"code": fault.code})
        return encode_body(entry, ts=self._epoch(), node=self._node)

    async def _write_the_rest(self) -> None:
        while self._flight is not None or self._queue:
            if self._flight is None:
                self._flush_now()
            if self._flight is not None:
                await asyncio.wait([self._flight])  # _landed was there first: it has been called when this returns
            if self._fault is not None and self._flight is None and self._queue:
                raise JournalUnwritable(
                    f"{len(self._queue)} journal entries could not be written and are lost: {self._fault.message}",
                    at=self._fault.at,
                    hint=self._fault.hint,
                )


def _as_unwritable(fault: BaseException) -> JournalUnwritable:
    """A new error for each who waits: an exception carries the traceback of whom it was raised in."""
    if isinstance(fault, JournalFailed):
        return JournalUnwritable(fault.message, at=fault.at, hint=fault.hint)
    return JournalUnwritable(f"the journal can't be written: {fault}", hint="this is a fault of skillpod's own: restart the pod")
