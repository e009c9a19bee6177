"""Calls and lists over MCP, by stdio and by HTTP, beside the bare SDK server with the same tool and the same list.

``python -m benchmarks.doors pod|bare DIRECTORY TOOLS`` is one of the two servers: it speaks MCP on its stdin and stdout, and serves HTTP on
the port that it writes into DIRECTORY. The client is ours, and does as little as a client can: what is compared is servers.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

from benchmarks.measure import interleave
from benchmarks.pods import running, write
from benchmarks.table import Row

IN_FLIGHT = 20
A_SKILL = 50
"""Tools of each of the skills that fill the list."""
WORD = "hello, world"

_ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def doors(rounds: int, tools: int) -> list[Row]:
    """A call alone and among others, over both ways, and the list of so many tools."""
    with tempfile.TemporaryDirectory(prefix="skillpod-bench-") as directory:
        base = Path(directory)
        with _server("pod", base / "pod", tools) as ours, _server("bare", base / "bare", tools) as bare:
            clients = {"pod": ours, "bare": bare}
            rows = [
                _compared(rounds, 50, f"call over {way}", {name: client[way].call for name, client in clients.items()}, goal=1.3)
                for way in ("stdio", "HTTP")
            ]
            for way in ("stdio", "HTTP"):
                many = {name: client[way].calls for name, client in clients.items()}
                rows.append(_compared(rounds, 2, f"{IN_FLIGHT} calls at once over {way}", many, goal=1.3))
            for way in ("stdio", "HTTP"):
                lists = {name: client[way].list for name, client in clients.items()}
                rows.append(_compared(rounds, 1, f"list of {tools} tools over {way}", lists))
    return rows


def _compared(rounds: int, block: int, figure: str, acts: dict[str, Callable[[], object]], *, goal: float | None = None) -> Row:
    series = interleave(rounds, block, acts)
    return Row(f"MCP: {figure}", series["pod"], "bare SDK server", series["bare"], target=goal, is_ratio=goal is not None)


# --- the client --------------------------------------------------------------------------------------------------------------------


class Lines:
    """Over the pipes of a process: one JSON object a line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._in, self._out = _pipe(process.stdin), _pipe(process.stdout)

    def call(self) -> None:
        self._in.write(_line(_CALL))
        self._in.flush()
        _check(self._out.readline())

    def calls(self) -> None:
        self._in.write(b"".join(_line({**_CALL, "id": number}) for number in range(IN_FLIGHT)))
        self._in.flush()
        for _ in range(IN_FLIGHT):
            _check(self._out.readline())

    def list(self) -> None:
        self._in.write(_line(_LIST))
        self._in.flush()
        _listed(self._out.readline())


class Posts:
    """Over kept HTTP connections, one request at a time on each."""

    def __init__(self, port: int) -> None:
        self._connections = [_connection(port) for _ in range(IN_FLIGHT)]

    def call(self) -> None:
        _post(self._connections[0], _CALL)
        _check(self._connections[0].getresponse().read())

    def calls(self) -> None:
        for connection in self._connections:
            _post(connection, _CALL)
        for connection in self._connections:
            _check(connection.getresponse().read())

    def list(self) -> None:
        _post(self._connections[0], _LIST)
        _listed(self._connections[0].getresponse().read())


def _connection(port: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _post(connection: http.client.HTTPConnection, message: dict[str, Any]) -> None:
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Mcp-Protocol-Version": "2026-07-28",
        "Mcp-Method": message["method"],
    }
    name = message["params"].get("name")
    if select.select([connection.sock], [], [], 0)[0]:  # a server closes what was idle for seconds, as it is while others are measured
        connection.close()  # the request opens it again
    connection.request("POST", "/mcp", json.dumps(message), {**headers, **({"Mcp-Name": name} if name else {})})


_CALL: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "warm__say", "arguments": {"word": WORD}, "_meta": _ENVELOPE},
}
_LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": _ENVELOPE}}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _check(answer: bytes) -> None:
    if WORD.encode() not in answer or b"structuredContent" not in answer:
        raise RuntimeError(f"the server answered {answer[:500]!r}")


def _listed(answer: bytes) -> None:
    if not answer.startswith(b'{"jsonrpc"') or b"warm__say" not in answer:
        raise RuntimeError(f"the server answered {answer[:500]!r}")


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise RuntimeError("the process has no pipes")
    return end


_TOOL = '''
@tool
def tool_%d(text: str, times: int = 1) -> str:
    """Say a text so many times.

    Args:
        text: What to say.
        times: How often.
    """
    return text * times
'''


# --- the servers -------------------------------------------------------------------------------------------------------------------


@contextmanager
def _server(kind: str, directory: Path, tools: int) -> Iterator[dict[str, Any]]:
    directory.mkdir()
    command = [sys.executable, "-m", "benchmarks.doors", kind, str(directory), str(tools)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        port = _port(process, directory / "port")
        yield {"stdio": Lines(process), "HTTP": Posts(port)}
    finally:
        process.terminate()
        process.communicate()


def _port(process: subprocess.Popen[bytes], told: Path) -> int:
    give_up = time.monotonic() + 60
    while not told.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"the server did not start: status {process.returncode}")
        time.sleep(0.02)
    return int(told.read_text())


async def _serve_pod(base: Path, tools: int) -> None:
    from skillpod.config import Http
    from skillpod.model.command import OWNER
    from skillpod.serve.address import HttpAddress
    from skillpod.serve.http import HttpDoor, bind
    from skillpod.serve.mcp.door import open_door
    from skillpod.serve.tokens import Tokens

    for number in range(tools // A_SKILL):
        _write_many(base / "skills", f"skill_{number}")
    async with running(base) as pod, open_door(pod) as door:
        write(base / "skills", "warm", extra="lifetime: skill\n")
        await pod.settled()
        await pod.call("warm__say", {"word": WORD})
        listening = bind(HttpAddress("127.0.0.1", 0), tokens=Tokens(pod.home.path))
        limits = Http(rate=1e6, burst=1_000_000)
        async with HttpDoor(door.http, listening, lambda: limits).open():
            _tell_port(base, listening.address.port)
            await door.converse(*await _own_pipes(), OWNER)


def _write_many(root: Path, name: str) -> None:
    """A skill with A_SKILL tools."""
    tools = "\n\n".join(_TOOL % number for number in range(A_SKILL))
    (write(root, name) / "handler.py").write_text(f"from skillpod import tool\n\n{tools}")


async def _own_pipes() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(lambda: asyncio.streams.FlowControlMixin(loop), sys.stdout)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _serve_bare(base: Path, tools: int) -> None:
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool

    text = {"type": "object", "properties": {"result": {"type": "string"}}, "required": ["result"], "additionalProperties": False}
    two = {
        "text": {"type": "string", "description": "What to say."},
        "times": {"type": "integer", "description": "How often.", "default": 1},
    }
    schema = {"type": "object", "properties": two, "required": ["text"], "additionalProperties": False}
    one = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"], "additionalProperties": False}
    names = [f"skill_{number}__tool_{tool}" for number in range(tools // A_SKILL) for tool in range(A_SKILL)]
    listed = [Tool(name=name, description="Say a text so many times.", input_schema=schema, output_schema=text) for name in names]
    listed.append(Tool(name="warm__say", description="Say the word, with the version's own.", input_schema=one, output_schema=text))

    async def list_tools(ctx: Any, params: Any) -> ListToolsResult:
        return ListToolsResult(tools=listed, ttl_ms=0, cache_scope="private")

    async def call_tool(ctx: Any, params: CallToolRequestParams) -> CallToolResult:
        word = (params.arguments or {})["word"]
        return CallToolResult(content=[TextContent(type="text", text=word)], structured_content={"result": word})

    server = Server[Any](
        "bare", version="1", on_list_tools=list_tools, on_call_tool=call_tool, get_tool_input_schema={"warm__say": one}.get
    )
    manager = StreamableHTTPSessionManager(server)
    async with manager.run(), _web(manager.handle_request, base), stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _tell_port(base: Path, port: int) -> None:
    (base / "port.part").write_text(str(port))
    (base / "port.part").rename(base / "port")


@asynccontextmanager
async def _web(app: Any, base: Path) -> Any:
    """uvicorn, with the parser that it has when nothing else is installed; its port is told in a file."""
    from uvicorn import Config, Server

    server = Server(
        Config(app, interface="asgi3", log_level="error", lifespan="off", http="h11", timeout_graceful_shutdown=1, timeout_keep_alive=600)
    )
    # With its protocol said: asyncio turns Nagle's algorithm off only for sockets that say they are TCP, and 40 ms a call is what it costs.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        serving = asyncio.create_task(server.serve([listening]))
        _tell_port(base, listening.getsockname()[1])
        try:
            yield
        finally:
            server.should_exit = True
            await serving


if __name__ == "__main__":
    kind, directory, count = sys.argv[1:]
    asyncio.run({"pod": _serve_pod, "bare": _serve_bare}[kind](Path(directory), int(count)))
