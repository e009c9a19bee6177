"""Nearness by an operator's own model: what an Embedder says of texts, kept, compared, and never waited for longer than a moment."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from math import hypot, isfinite
from operator import mul
from typing import Any, TypeVar

from skillpod.ports import Embedder

PATIENCE = 2.0
"""Seconds a search waits for the model; what is not placed by then is found by its words alone, and placed behind its back."""
GIVEN_UP = 30.0
"""Seconds one call of the model may take before the operator is told."""
BATCH = 16
"""Texts of one call of the model."""
_QUERIES_KEPT = 256

Trouble = Callable[[str], None]
_Result = TypeVar("_Result")
_Vector = Sequence[float]


class Likeness:
    """For one loop. The model is asked one thing at a time; when it fails or hangs, the operator is told once and searches go without."""

    def __init__(self, embedder: Embedder, *, trouble: Trouble, patience: float = PATIENCE, given_up: float = GIVEN_UP) -> None:
        self._embedder = embedder
        self._trouble = trouble
        self._patience = patience
        self._given_up = given_up
        self._placed: dict[str, _Vector] = {}
        self._asked: OrderedDict[str, _Vector] = OrderedDict()
        self._turn = asyncio.Lock()
        self._since: float | None = None  # when the call of the model that runs now began
        self._tasks: set[asyncio.Task[None]] = set()
        self._placing: asyncio.Task[None] | None = None
        self._is_useless = False

    def __len__(self) -> int:
        return len(self._placed)

    async def nearest(self, query: str, texts: Collection[str], limit: int) -> list[str]:
        """Those of the texts that are most like the query, nearest first; as many of them as have been placed."""
        if not texts or self._is_hanging():
            return []
        if self._placing is None or self._placing.done():
            missing = [text for text in dict.fromkeys(texts) if text not in self._placed]
            self._placing = self._start(self._place(missing))
        await asyncio.wait({self._start(self._ask(query)), self._placing}, timeout=self._patience)
        at = self._asked.get(query)
        if at is None:
            return []
        known = [(text, self._placed[text]) for text in texts if text in self._placed]
        return await _in_a_thread(lambda: _nearest(at, known, limit))

    def keep(self, texts: Collection[str]) -> None:
        """Forget where every other text is."""
        kept = set(texts)
        self._placed = {text: vector for text, vector in self._placed.items() if text in kept}

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_hanging(self) -> bool:
        if self._since is None:
            return False
        running = asyncio.get_running_loop().time() - self._since
        if running > self._given_up:
            self._complain(f"it has not answered for {running:.0f} s")
        return running > self._patience

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """It goes on when the search that started it does not wait any more."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _ask(self, query: str) -> None:
        if query not in self._asked:
            for vector in await self._embed([query]):
                self._asked[query] = vector
        if query in self._asked:
            self._asked.move_to_end(query)
        while len(self._asked) > _QUERIES_KEPT:
            self._asked.popitem(last=False)

    async def _place(self, missing: Sequence[str]) -> None:
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            vectors = await self._embed(batch)
            if not vectors:
                return  # a later search tries again
            self._placed.update(zip(batch, vectors, strict=True))

    async def _embed(self, texts: Sequence[str]) -> list[_Vector]:
        """One vector a text; none at all when the model failed, which has been told then."""
        async with self._turn:
            self._since = asyncio.get_running_loop().time()
            try:
                vectors = await _in_a_thread(lambda: _checked(self._embedder.embed(list(texts)), len(texts)))
            # The operator's own code may raise anything; whatever it is, words still find.
            except Exception as fault:  # noqa: BLE001  # SAFE: told to the operator, once until it works again
                self._complain(f"{type(fault).__name__}: {fault}")
                return []
            finally:
                self._since = None
            self._is_useless = False
            return vectors

    def _complain(self, why: str) -> None:
        if not self._is_useless:
            self._is_useless = True
            self._trouble(f"the embedder is of no use now, search goes by words alone: {why}")


def _checked(given: Any, count: int) -> list[_Vector]:
    """The vectors with length one. Raises ValueError for what are none."""
    vectors = [array("f", map(float, vector)) for vector in given]
    lengths = {len(vector) for vector in vectors}
    if len(vectors) != count or len(lengths) != 1 or lengths == {0}:
        raise ValueError(f"{count} texts were given {len(vectors)} vectors of {sorted(lengths)} numbers")
    sizes = [hypot(*vector) for vector in vectors]
    if not all(map(isfinite, sizes)):
        raise ValueError("a vector has a number that is not finite")
    return [array("f", (number / (size or 1.0) for number in vector)) for vector, size in zip(vectors, sizes, strict=True)]


def _nearest(at: _Vector, known: Sequence[tuple[str, _Vector]], limit: int) -> list[str]:
    near = [(-sum(map(mul, at, vector)), text) for text, vector in known if len(vector) == len(at)]
    return [text for distance, text in sorted(near)[:limit] if distance < 0]


async def _in_a_thread(work: Callable[[], _Result]) -> _Result:
    """What the work gives. The thread is a daemon of its own: a model that hangs for ever does not keep the pod from stopping."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def settle(give: Callable[[], None]) -> None:
        if not done.done():
            give()

    def run() -> None:
        try:
            result = work()
        # Whatever it raised belongs to who waits, in the loop's thread.
        except BaseException as fault:  # noqa: BLE001  # SAFE: handed on, not swallowed
            _tell(loop, settle, lambda fault=fault: done.set_exception(fault))  # type: ignore[misc]
        else:
            _tell(loop, settle, lambda: done.set_result(result))

    threading.Thread(target=run, name="skillpod-embedder", daemon=True).start()
    return await done


def _tell(loop: asyncio.AbstractEventLoop, settle: Callable[[Callable[[], None]], None], give: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended: nobody waits any more
        loop.call_soon_threadsafe(settle, give)
