"""How a request is answered by what stands before an application: with one JSON value, and when it is refused, with no more after it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from starlette.types import Send

from skillpod.errors import PodUnreachable, SkillpodError, TokenRefused, TooManyRequests
from skillpod.serve.answers import answer


async def refuse(send: Send, error: SkillpodError, *, status: int = 0) -> None:
    """Answer with the error object, and close the connection: what is left of the request is not read as another one."""
    headers = [(b"connection", b"close")]
    if isinstance(error, TokenRefused):
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, TooManyRequests):
        headers.append((b"retry-after", str(math.ceil(error.retry_after)).encode()))
    await reply(send, error.as_dict(), status or (503 if isinstance(error, PodUnreachable) else answer(error).status), headers)


async def reply(send: Send, value: object, status: int, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """One JSON value as the whole answer."""
    body = json.dumps(value, separators=(",", ":")).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def finish(send: Send) -> None:
    """End an answer that has begun."""
    await send({"type": "http.response.body", "body": b"", "more_body": False})
