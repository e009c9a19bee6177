"""Every door of one pod, opened in the order a client looks for them and closed together."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

from packaging.specifiers import SpecifierSet

from skillpod.config import Http
from skillpod.errors import PackageMissing
from skillpod.model.command import Caller
from skillpod.model.guest import CallResult, Hear, unheard
from skillpod.serve.address import MCP_SOCKET, SOCKET
from skillpod.serve.http import HttpDoor, Listening
from skillpod.serve.listener import Lines, listen, serve_lines, serve_socket
from skillpod.serve.pod import Pod
from skillpod.serve.server import GRACE

MCP = SpecifierSet(">=2.3,<3")
_WRITTEN = 0.05  # seconds between the end of a call and its answer in the client's pipe, at most


def mcp_missing() -> PackageMissing | None:
    """Why the MCP door can't be opened here; None when it can. It is not imported to be found out: that takes a second."""
    how = "pip install 'skillpod[mcp]'"
    try:
        found = version("mcp")
    except PackageNotFoundError:
        return PackageMissing("the MCP door needs the package `mcp`", hint=how)
    if found not in MCP:
        return PackageMissing(f"the MCP door needs `mcp` {MCP}, and {found} is installed", hint=f"{how}, in an environment of its own")
    return None


class _Busy:
    """A pod that knows how many calls of its door are in flight; all else is the pod's own."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pod, name)

    async def invoke(self, tool: str, arguments: Mapping[str, Any], *, caller: Caller | None = None, hear: Hear = unheard) -> CallResult:
        self._calls += 1
        self._idle.clear()
        try:
            return await self._pod.invoke(tool, arguments, caller=caller, hear=hear)
        finally:
            self._calls -= 1
            if not self._calls:
                self._idle.set()

    async def rest(self) -> None:
        """Returns when no call is in flight and what it answered is written, after GRACE seconds at the latest."""
        if self._calls:
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self._idle.wait()
            await asyncio.sleep(_WRITTEN)


class Doors:
    """The doors that are open. ``addresses`` says where each is, as ``/v1/stats`` does."""

    def __init__(self, home: Path) -> None:
        self.addresses: dict[str, Any] = {"control": str(home / SOCKET)}
        self.http: Listening | None = None
        self.lines: Lines | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def converse(self, connection: socket.socket) -> asyncio.Task[None]:
        """Serve MCP to whoever has the other end of this socket, as the owner; done when that ends. Only with an MCP door."""
        lines = self.lines
        if lines is None:
            raise RuntimeError("there is no MCP door")

        async def conversing() -> None:
            await lines.take(*await asyncio.open_unix_connection(sock=connection))

        task = asyncio.create_task(conversing(), name="stdio")
        self._tasks.add(task)  # the loop itself would not keep it
        task.add_done_callback(self._tasks.discard)
        return task


@asynccontextmanager
async def open_doors(pod: Pod, home: Path, *, listening: Listening | None, limits: Callable[[], Http]) -> AsyncIterator[Doors]:
    """Open the control socket, and with ``mcp`` installed the MCP socket and, on ``listening``, the HTTP door.

    When the context ends no door takes anything new, calls in flight are answered, and those who only listen are let go.
    """
    doors = Doors(home)
    async with AsyncExitStack() as stack:
        has_mcp = mcp_missing() is None
        # The MCP socket first: who finds the control socket finds this one, too. Who connects already waits until the door is open.
        waiting = listen(home, MCP_SOCKET) if has_mcp else None
        await stack.enter_async_context(serve_socket(pod, home, doors=doors.addresses))
        if waiting is not None:
            await _open_mcp(doors, stack, pod, home, waiting, listening, limits)
        yield doors


async def _open_mcp(
    doors: Doors,
    stack: AsyncExitStack,
    pod: Pod,
    home: Path,
    waiting: socket.socket,
    listening: Listening | None,
    limits: Callable[[], Http],
) -> None:
    stack.callback(waiting.close)
    module = await asyncio.to_thread(import_module, "skillpod.serve.mcp.door")  # a second of work: the pod goes on meanwhile
    busy = _Busy(pod)
    door = await stack.enter_async_context(module.open_door(cast(Pod, busy)))  # SAFE: it is one, by __getattr__
    lines = doors.lines = Lines(door.converse, rest=busy.rest)
    await stack.enter_async_context(serve_lines(lines, waiting, home))
    doors.addresses["mcp"] = str(home / MCP_SOCKET)
    if listening is not None:
        http = HttpDoor(door.http, listening, limits)
        await stack.enter_async_context(http.open())
        doors.http = listening
        doors.addresses["http"] = listening.address.url
        stack.callback(http.close)
    stack.callback(lines.hush)  # pushed last, done first: nothing new comes while the doors are closed one by one
