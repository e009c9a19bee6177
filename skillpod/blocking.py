"""A pod for code without a loop: the same methods, carried out on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from skillpod.manager import SkillManager

_Result = TypeVar("_Result")


class Blocking:
    """A pod on a loop in a thread of its own. Every method of SkillManager is here without ``await``; events come as a plain iterator.

    The thread that runs the loop is the parent of every guest: when it ends, the kernel ends them.
    """

    def __init__(self, make: Callable[[], SkillManager]) -> None:
        self._make = make
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="skillpod", daemon=True)
        self._pod: SkillManager | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._pod = self._run(self._enter())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._pod is not None:
                self._run(self._pod.stop())
        finally:
            self._end()

    async def _enter(self) -> SkillManager:
        return await self._make().__aenter__()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or self._pod is None:
            raise AttributeError(name)
        attribute = getattr(self._pod, name)
        if not callable(attribute):
            return attribute
        return lambda *arguments, **options: self._call(attribute, arguments, options)

    def _call(self, method: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        async def on_loop() -> Any:
            result = method(*arguments, **options)
            return await result if asyncio.iscoroutine(result) else result

        result = self._run(on_loop())
        return self._iterate(result) if isinstance(result, AsyncIterator) else result

    def _iterate(self, events: AsyncIterator[Any]) -> Iterator[Any]:
        async def following() -> tuple[bool, Any]:
            try:
                return True, await anext(events)
            except StopAsyncIteration:
                return False, None

        while (step := self._run(following()))[0]:
            yield step[1]

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._run(self._loop.shutdown_asyncgens())
        self._run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
