"""Peers that run a language of their own that looks like Python: pydantic-monty in worker processes, smolagents' executor in process."""

from __future__ import annotations

from importlib.metadata import version
from time import perf_counter
from typing import Any

from benchmarks.peers.processes import imported
from benchmarks.peers.shape import CODE, WORD, Blocking, Kept

_MOST = 20
_CALL = "say(word)"


class Monty(Blocking):
    """A fresh one is a new session; its worker process has served others before, and is not started anew."""

    def __init__(self) -> None:
        super().__init__()
        self._pool = imported("pydantic_monty").Monty(min_processes=1, max_processes=_MOST)
        self._is_open = False
        self.version = version("pydantic-monty")

    def open(self) -> None:
        self._pool.__enter__()
        self._is_open = True
        super().open()

    def start(self) -> Kept:
        return _Session(self._pool.checkout())

    def once(self) -> float:
        started = perf_counter()
        with self._pool.checkout() as session:
            answer = session.feed_run(CODE + _CALL, inputs={"word": WORD})
            took = perf_counter() - started
        if answer != WORD:
            raise RuntimeError(f"the session answered {answer!r}")
        return took

    def close(self) -> None:
        super().close()
        if self._is_open:
            self._pool.__exit__(None, None, None)


class _Session:
    def __init__(self, checkout: Any) -> None:
        self._checkout = checkout
        self._session = checkout.__enter__()
        self._session.feed_run(CODE)

    def call(self, word: str) -> object:
        return self._session.feed_run(_CALL, inputs={"word": word})

    def close(self) -> None:
        self._checkout.__exit__(None, None, None)


class Smolagents(Blocking):
    """An interpreter over the syntax tree, in the host's own process. Its makers say that it is no security boundary."""

    def __init__(self) -> None:
        super().__init__()
        self._executor = imported("smolagents.local_python_executor").LocalPythonExecutor
        self.version = version("smolagents")

    def start(self) -> Kept:
        return _Executor(self._executor([]))


class _Executor:
    def __init__(self, executor: Any) -> None:
        self._executor = executor
        executor.send_tools({})
        executor(CODE)

    def call(self, word: str) -> object:
        self._executor.send_variables({"word": word})
        return self._executor(_CALL).output

    def close(self) -> None:
        self._executor = None
