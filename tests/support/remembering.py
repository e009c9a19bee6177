"""Servers of HTTP and HTTPS on this machine that remember what they were asked: real sockets, a certificate of their own authority."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.support.certificates import localhost
from tests.support.web import web_server


class Web:
    """``asked`` is every request: method, path, headers by lower-case name, body. ``redirects`` says where a path sends a request on."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str], bytes]] = []
        self.redirects: dict[str, tuple[int, str]] = {}
        self.port = 0
        self.authority = ""
        self.waiting = threading.Event()
        self.left = threading.Event()
        """Set when whoever asked for /slow has gone."""

    def headers(self, name: str) -> list[str]:
        """What each request said in this header; empty where it said nothing."""
        return [headers.get(name, "") for _, _, headers, _ in self.asked]


_ENDLESS = {
    "interim": (b"", 1000 * b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + 60_000 * b"x" + b"\r\na\r\n"),
}
"""What comes first, and again and again: bytes that are no body."""


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            size = int(self.headers.get("content-length", 0))
            body = self.rfile.read(size)
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.asked.append((self.command, self.path, headers, body))
            if self.path in web.redirects:
                status, place = web.redirects[self.path]
                self._say(status, b"", {"Location": place})
            elif self.path.startswith("/echo"):
                said = json.dumps({"headers": headers, "body": body.decode("latin-1")})
                bearer = headers.get("authorization", "")
                more = {"X-Echo": bearer, "X-Encoded": base64.b64encode(bearer.encode()).decode()}
                self._say(200, said.encode(), {"Content-Type": "application/json", **more})
            elif self.path.startswith("/large/"):
                self._say(200, b"x" * int(self.path.rpartition("/")[2]), {})
            elif self.path == "/broken":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                self.close_connection = True
            elif self.path.startswith("/endless/"):
                self._say_endlessly(*_ENDLESS[self.path.rpartition("/")[2]])
            elif self.path == "/slow":
                web.waiting.set()
                while self.connection.recv(1):
                    continue
                web.left.set()
            elif self.path == "/drip":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(b"x")
                        web.left.wait(0.05)
                except OSError:
                    web.left.set()
            else:
                self._say(404, "nicht gefünden".encode("latin-1"), {"Content-Type": "text/plain; charset=latin-1"})

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

        def _say_endlessly(self, first: bytes, again: bytes) -> None:
            try:
                self.wfile.write(first)
                while True:
                    self.wfile.write(again)
            except OSError:
                web.left.set()

        def _say(self, status: int, body: bytes, more: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what was asked is in ``asked``."""

    return Handler


@contextmanager
def serving(directory: Path | None = None) -> Iterator[Web]:
    """A server on 127.0.0.1; of HTTPS as ``localhost`` where there is a ``directory`` for its certificate."""
    web, context = Web(), None
    if directory is not None:
        context, authority = localhost(directory)
        web.authority = str(authority)
    with web_server(context, _handler(web)) as web.port:
        try:
            yield web
        finally:
            web.left.set()
