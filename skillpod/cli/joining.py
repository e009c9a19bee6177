"""A client's stdin and stdout joined to the pod that runs on HOME. Loads nothing of the command line: every editor starts one of these."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from skillpod.errors import PodUnreachable, SkillpodError
from skillpod.serve import bridge
from skillpod.serve.address import MCP_SOCKET

_WITH_VALUE = frozenset({"--home", "--skills", "--policies", "--policy"})


def join(home: Path, source: int, sink: int) -> bool:
    """Carry bytes to the pod that runs on HOME until the client ends; False when none runs. Raises PodUnreachable when the pod ends."""
    connection = bridge.connect(home)
    if connection is None:
        return False
    with connection:
        if bridge.pump(connection, source=source, sink=sink) is bridge.Ending.POD:
            raise PodUnreachable("the pod has ended", at=str(home / MCP_SOCKET), hint="start this server again")
    return True


def join_at_once(arguments: Sequence[str]) -> int | None:
    """The exit code of ``serve --stdio`` as ``install`` writes it, when a pod runs; None when the command line has to be read in full."""
    home = _home(arguments)
    if home is None:
        return None
    try:
        return 0 if join(Path(home), 0, 1) else None
    except SkillpodError as fault:
        from skillpod.cli import render  # SAFE: here, for it is seldom needed
        from skillpod.serve.answers import answer

        render.error(fault)
        return answer(fault).exit
    except KeyboardInterrupt:
        return 130  # as the command line in full ends


def _home(arguments: Sequence[str]) -> str | None:
    """The HOME of ``serve --stdio`` with options that have no meaning for a bridge; None for anything else."""
    if list(arguments[:2]) != ["serve", "--stdio"]:
        return None
    rest = list(arguments[2:])
    names, values = rest[::2], rest[1::2]
    if len(names) != len(values) or not set(names) <= _WITH_VALUE:
        return None
    return dict(zip(names, values, strict=True)).get("--home") or os.environ.get("SKILLPOD_HOME") or ".skillpod"
