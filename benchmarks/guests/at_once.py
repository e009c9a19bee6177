"""A guest that has nothing to do: its walls' report was all there was to say."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any


def main(host: socket.socket, limits: Mapping[str, Any]) -> None:
    """Ends."""
