"""What a call says while it runs, told to its client without ever being a flood: its progress and its log."""

from __future__ import annotations

import asyncio
import unicodedata
from collections import deque
from contextlib import suppress
from typing import get_args

from mcp.server.connection import allowed_log_levels
from mcp_types import LoggingLevel, LoggingMessageNotification, LoggingMessageNotificationParams
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from skillpod.model.guest import LogLine, Progress
from skillpod.serve.mcp.callers import Context

PACE = 0.05
"""Seconds between two tellings: a client hears of at most twenty steps and twenty lines a second."""
BACKLOG = 32
"""Lines kept for a client; of more, the oldest are left out and counted."""
MESSAGE_LIMIT = 4096
"""Characters of one message."""
_FAREWELL = 2.0
"""Seconds for what is left when the call is over, to a client that may have stopped reading."""

_LEVELS: dict[str, LoggingLevel] = {"DEBUG": "debug", "INFO": "info", "WARNING": "warning", "ERROR": "error", "CRITICAL": "critical"}
_ORDER: tuple[LoggingLevel, ...] = get_args(LoggingLevel)
"""By severity, as the protocol's own type lists them (RFC 5424)."""


class Hearing:
    """One call's. ``hear`` is for the pod; ``finish`` sends what is left, the newest progress always; ``drop`` sends nothing more."""

    def __init__(self, ctx: Context, *, level: LoggingLevel | None) -> None:
        """``level`` is what a session of the handshake era has set; a request of 2026-07-28 carries its own."""
        self._ctx = ctx
        self._wants_progress = bool(ctx.meta) and "progress_token" in (ctx.meta or {})
        self._levels = _levels(ctx, level)
        self._progress: Progress | None = None
        self._reached = -1.0
        self._lines: deque[LogLine] = deque(maxlen=BACKLOG)
        self._left_out = 0
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None

    def hear(self, said: Progress | LogLine) -> None:
        if isinstance(said, Progress):
            if not self._wants_progress or said.fraction <= self._reached:
                return  # the protocol wants each to be more than the one before
            self._progress = said
        else:
            if _LEVELS.get(said.level, "info") not in self._levels:
                return
            self._left_out += len(self._lines) == BACKLOG
            self._lines.append(said)
        self._news.set()
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def finish(self) -> None:
        if self._telling is None:
            return
        self._over.set()
        self._news.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._telling, _FAREWELL)

    def drop(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    async def _tell(self) -> None:
        while not self._over.is_set():
            await self._news.wait()
            self._news.clear()
            await self._tell_progress()
            await self._tell_line()
            if self._lines:
                self._news.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), PACE)
        await self._tell_progress()
        while self._lines:
            await self._tell_line()

    async def _tell_progress(self) -> None:
        said, self._progress = self._progress, None
        if said is None:
            return
        self._reached = said.fraction
        await self._ctx.session.report_progress(round(said.fraction * 100, 3), 100, _clean(said.message)[:MESSAGE_LIMIT] or None)

    async def _tell_line(self) -> None:
        if self._left_out:
            count, self._left_out = self._left_out, 0
            await self._send("warning", f"{count} lines are left out: the call said more than twenty a second")
        if self._lines:
            line = self._lines.popleft()
            await self._send(_LEVELS.get(line.level, "info"), _clean(line.message)[:MESSAGE_LIMIT])

    async def _send(self, level: LoggingLevel, text: str) -> None:
        # Not send_log_message: the SDK warns that it is deprecated, and clients of both eras still ask for it.
        said = LoggingMessageNotification(params=LoggingMessageNotificationParams(level=level, logger="skillpod", data=text))
        await self._ctx.session.send_notification(said, related_request_id=self._ctx.request_id)


def _levels(ctx: Context, level: LoggingLevel | None) -> frozenset[LoggingLevel]:
    if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return allowed_log_levels(ctx.protocol_version, ctx.meta)
    return frozenset() if level is None else frozenset(_ORDER[_ORDER.index(level) :])


def _clean(text: str) -> str:
    """What a guest says, without control and format characters, except line ends and tabs."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
