"""Requests that were let in, each ended before its time when what let it in counts no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from skillpod.errors import SkillpodError, TokenRefused
from skillpod.serve.replies import finish, refuse

LOOK = 1.0
"""Seconds between two looks whether what let those in who are here still counts."""


@dataclass(slots=True, eq=False, kw_only=True)
class _Visit:
    """One request. ``counts`` says whether it would be let in now; ``ending`` is why it is ended before its time; ``begun`` whether the
    client has the answer's head."""

    task: asyncio.Task[object]
    counts: Callable[[], bool]
    is_stream: bool
    begun: bool = False
    ending: SkillpodError | None = None

    def end(self, why: SkillpodError) -> None:
        if self.ending is None:
            self.ending = why
            self.task.cancel()


class Visits:
    """Those that are here now, of one door."""

    def __init__(self) -> None:
        self._visits: set[_Visit] = set()

    async def during(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, counts: Callable[[], bool], is_stream: bool = False
    ) -> None:
        """Have ``app`` answer a request, as long as it ``counts``."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is answered in a task")
        visit = _Visit(task=task, counts=counts, is_stream=is_stream)

        async def answering(message: Message) -> None:
            visit.begun = visit.begun or message["type"] == "http.response.start"
            await send(message)

        self._visits.add(visit)
        try:
            await app(scope, receive, answering)
        except asyncio.CancelledError:
            if visit.ending is None:
                raise
            task.uncancel()  # we asked for it: the connection is ended in order
            await (finish(send) if visit.begun else refuse(send, visit.ending))
        finally:
            self._visits.discard(visit)

    def end_streams(self, why: SkillpodError) -> None:
        """End those who only listen."""
        for visit in self._visits:
            if visit.is_stream:
                visit.end(why)

    async def watch(self) -> None:
        """End, for ever, what counts no more."""
        while True:
            await asyncio.sleep(LOOK)
            for visit in list(self._visits):
                if not visit.counts():
                    visit.end(revoked())


def revoked() -> TokenRefused:
    return TokenRefused("what let this request in counts no more", at="Authorization", hint="`skillpod token list` shows what does")
