"""Web servers of the tests, with TLS or without, on ports of their own of this machine."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote


class _Answers(http.server.BaseHTTPRequestHandler):
    """``/`` says hello, ``/bytes/N`` so many bytes, ``/to/URL`` leads there, and what is posted comes back."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self._answer(302, b"", location=unquote(self.path.removeprefix("/to/")))
        elif self.path.startswith("/bytes/"):
            self._answer(200, b"x" * int(self.path.removeprefix("/bytes/")))
        else:
            self._answer(200, b"hello")

    def do_POST(self) -> None:
        self._answer(200, self.rfile.read(int(self.headers["content-length"])))

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: Any) -> None:
        """Nobody reads it."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, answers: type[http.server.BaseHTTPRequestHandler], context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), answers)
        self._context = context

    def finish_request(self, request: Any, client: Any) -> None:
        """The handshake is made in the connection's own thread."""
        if self._context is None:
            super().finish_request(request, client)
            return
        with self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client)

    def handle_error(self, request: Any, client: Any) -> None:
        """Who hung up, and who was not believed."""


@contextmanager
def web_server(context: ssl.SSLContext | None = None, answers: type[http.server.BaseHTTPRequestHandler] = _Answers) -> Iterator[int]:
    """The port it answers on."""
    with _Server(answers, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
