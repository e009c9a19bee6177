"""A guest's entry for tests: runs the Python text it is sent, behind whatever walls stand, and says how that went."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from skillpod.sandbox import wire


def main(host: socket.socket, limits: Mapping[str, Any]) -> None:
    """One frame ``{source}`` in, one ``{value, error, errno}`` out: what it raised, or what it bound to ``result``."""
    decoder = wire.Decoder(1024 * 1024)
    while True:
        data = host.recv(65536)
        if not data:
            return
        decoder.feed(data)
        for frame in decoder.frames():
            host.sendall(wire.encode(_run(frame["source"], {"wire": host, "limits": limits})))


def _run(source: str, names: dict[str, Any]) -> dict[str, Any]:
    try:
        exec(compile(source, "probe", "exec"), names)
    except BaseException as raised:
        return {"t": "answer", "value": None, "error": f"{type(raised).__name__}: {raised}", "errno": getattr(raised, "errno", None)}
    return {"t": "answer", "value": names.get("result"), "error": "", "errno": None}
