# expect: none
"""A journal in the skill's own state, with logging."""

from __future__ import annotations

import datetime
import logging
import traceback
import uuid
import warnings
from contextlib import ExitStack, closing, redirect_stdout
from io import StringIO

from skillpod import Context, StateError, tool

logger = logging.getLogger("journal")
logger.addHandler(logging.NullHandler())


class Journal:
    """Entries under keys that sort by time."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def __enter__(self) -> Journal:
        self._ctx.log("opened")
        return self

    def __exit__(self, kind, error, trace) -> bool:
        if error is not None:
            self._ctx.log("".join(traceback.format_exception(kind, error, trace)))
        return False

    def add(self, text: str) -> str:
        number = self._ctx.state.get("count", 0) + 1
        key = f"entry/{number:06d}"
        self._ctx.state["count"] = number
        self._ctx.state[key] = {"id": uuid.uuid4().hex, "at": datetime.datetime.now(datetime.timezone.utc).isoformat(), "text": text}
        return key

    def entries(self):
        for key in sorted(self._ctx.state):
            if key.startswith("entry/"):
                yield key, self._ctx.state[key]


@tool
def note(text: str, ctx: Context) -> str:
    """Keep a note."""
    with Journal(ctx) as journal:
        return journal.add(text)


@tool(read_only=True)
def read(ctx: Context, last: int = 10) -> list[dict]:
    """Read the last notes."""
    try:
        found = [{"key": key, **entry} for key, entry in Journal(ctx).entries()]
    except StateError:
        logger.exception("no state")
        warnings.warn("there is no state", stacklevel=2)
        return []
    return found[-last:]


@tool
def clear(ctx: Context) -> int:
    """Forget all notes."""
    with ExitStack() as stack:
        out = stack.enter_context(closing(StringIO()))
        stack.enter_context(redirect_stdout(out))
        keys = [key for key in ctx.state if key.startswith("entry/")]
        for key in keys:
            del ctx.state[key]
        print(f"forgot {len(keys)}")
        ctx.log(out.getvalue().strip())
    return len(keys)
