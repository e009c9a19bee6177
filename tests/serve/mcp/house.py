"""A house with every door of MCP open: one real pod on a loop in a thread, clients of both eras over lines and over HTTP."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import Subscription
from mcp.shared.exceptions import MCPDeprecationWarning
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ServerEvent, ToolsListChanged
from starlette.types import Receive, Scope, Send
from uvicorn import Config, Server

from skillpod.manager import SkillManager
from skillpod.model.command import OWNER, Caller
from skillpod.serve.mcp.door import Door, open_door
from skillpod.serve.mcp.lines import Incoming, Outgoing, messages

PATIENCE = 20.0
MODERN, LEGACY = "auto", "legacy"
ERAS = (MODERN, LEGACY)
WAYS = ("lines", "http")

_Result = TypeVar("_Result")

WORKER = '''\
import time

from skillpod import Context, Image, tool


@tool(read_only=True, title="A greeting")
def greet(name: str = "world") -> str:
    """Greet someone."""
    return f"hello {name}"


@tool
def measure(text: str) -> dict[str, int]:
    """Count letters and words."""
    return {"letters": len(text), "words": len(text.split())}


@tool
def fail() -> str:
    """Fail."""
    raise ValueError("it is broken")


@tool
def draw() -> Image:
    """Draw a dot."""
    return Image(b"P5 1 1 255\\n\\x80", "image/x-portable-graymap")


@tool
def step(count: int, ctx: Context) -> int:
    """Say each step."""
    for number in range(count):
        ctx.progress((number + 1) / count, f"step {number + 1}")
        ctx.logger.debug("detail %d", number)
        ctx.logger.warning("line %d", number)
    return count


@tool
def spin(ctx: Context) -> str:
    """Count in the state until it is ended."""
    number = 0
    while True:
        number += 1
        ctx.state["turns"] = number
        time.sleep(0.005)


@tool
def turns(ctx: Context) -> int:
    """How often it went round."""
    return ctx.state.get("turns", 0)
'''

COUNTER = '''\
from skillpod import tool

_calls = 0


@tool
def count() -> int:
    """How often this session has called."""
    global _calls
    _calls += 1
    return _calls
'''


class House:
    """``run`` runs a coroutine on the house's loop; everything else is for coroutines that run there."""

    def __init__(self, skills: Path, home: Path) -> None:
        self.skills = skills
        self._home = home
        self._lives = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="house", daemon=True)
        self._stack = AsyncExitStack()
        self.pod: SkillManager
        self.door: Door
        self.url = ""
        self.callers: dict[str, Caller] = {}
        """By the value of the header ``x-token``; without one it is the owner."""

    def run(self, work: Coroutine[Any, Any, _Result], *, patience: float = PATIENCE) -> _Result:
        try:
            return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, patience), self._loop).result(patience + 10)
        except BaseExceptionGroup as group:
            fault: BaseException = group
            while isinstance(fault, BaseExceptionGroup):
                fault = fault.exceptions[0]  # the SDK wraps what fails in a client's context many times over
            raise fault from None

    @contextmanager
    def standing(self) -> Iterator[House]:
        self._thread.start()
        self._lives.wait()
        try:
            self.run(self._open(), patience=60)
            yield self
        finally:
            self.run(self._stack.aclose(), patience=60)
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _open(self) -> None:
        self.pod = await self._stack.enter_async_context(SkillManager(self.skills, home=self._home))
        self.door = await self._stack.enter_async_context(open_door(self.pod, patience=1))
        self.url = await self._stack.enter_async_context(web(self._app))

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._lives.set()
        await self._stop.wait()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = dict(scope["headers"]).get(b"x-token", b"").decode()
        await self.door.http({**scope, "skillpod.caller": self.callers.get(token, OWNER)}, receive, send)

    # --- clients --------------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def client(self, way: str, mode: str, *, token: str = "", **options: Any) -> AsyncIterator[Client]:
        """The SDK's own client, connected."""
        caller = self.callers.get(token, OWNER)
        transport = line(self.door, caller) if way == "lines" else _post(self.url, token)
        async with Client(transport, mode=mode, **options) as client:
            yield client

    async def eventually(self, check: Callable[[], bool]) -> None:
        """Wait until something no event tells of is so."""
        async with asyncio.timeout(PATIENCE):
            while not check():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def line(door: Door, caller: Caller = OWNER) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """A connection over a socket pair, with the door at the other end; it ends as a process that exits does."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    far_reader, far_writer = await asyncio.open_connection(sock=theirs)
    conversation = asyncio.create_task(door.converse(far_reader, far_writer, caller))
    try:
        async with messages(reader, writer) as ends:
            yield ends
    finally:
        writer.close()
        await conversation
        far_writer.close()


@asynccontextmanager
async def _post(url: str, token: str) -> AsyncIterator[Any]:
    headers = {"x-token": token} if token else {}
    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as http, streamable_http_client(url, http_client=http) as ends:
        yield ends


@asynccontextmanager
async def web(app: Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]) -> AsyncIterator[str]:
    """A real uvicorn on a free port of 127.0.0.1; yields the address of ``/mcp``."""
    server = Server(Config(app, interface="asgi3", log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    server.capture_signals = _no_signals  # type: ignore[method-assign]  # SAFE: the loop is in a thread, where no signal comes
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            await serving


@contextmanager
def _no_signals() -> Iterator[None]:
    yield


class Ear:
    """Hears what changed, as events of the modern vocabulary in both eras."""

    def __init__(self) -> None:
        self.heard: list[ServerEvent] = []
        self._news = asyncio.Condition()

    async def hear(self, event: ServerEvent) -> None:
        async with self._news:
            self.heard.append(event)
            self._news.notify_all()

    async def until(self, *wanted: ServerEvent, after: int = 0) -> None:
        """Returns when all of these were heard after so many others."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(lambda: set(wanted) <= set(self.heard[after:]))
        except TimeoutError:
            raise AssertionError(f"{wanted} were not all heard; heard {self.heard[after:]}") from None

    async def legacy(self, message: Any) -> None:
        """A message handler for clients of the handshake era."""
        match message:
            case types.ToolListChangedNotification():
                await self.hear(ToolsListChanged())
            case types.ResourceListChangedNotification():
                await self.hear(ResourcesListChanged())
            case types.PromptListChangedNotification():
                await self.hear(PromptsListChanged())
            case types.ResourceUpdatedNotification():
                await self.hear(ResourceUpdated(message.params.uri))

    async def follow(self, subscription: Subscription) -> None:
        async for event in subscription:
            await self.hear(event)


@asynccontextmanager
async def listening(house: House, way: str, mode: str, *uris: str, token: str = "") -> AsyncIterator[tuple[Client, Ear]]:
    """A client that asked to be told of every change, and of these resources."""
    ear = Ear()
    async with house.client(way, mode, token=token, message_handler=ear.legacy if mode == LEGACY else None) as client:
        if mode == LEGACY:
            for uri in uris:
                with pytest.warns(MCPDeprecationWarning, match="subscribe"):
                    await client.subscribe_resource(uri)
            yield client, ear
            return
        everything = {"tools_list_changed": True, "prompts_list_changed": True, "resources_list_changed": True}
        async with client.listen(**everything, resource_subscriptions=uris) as subscription:
            following = asyncio.create_task(ear.follow(subscription))
            try:
                yield client, ear
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
