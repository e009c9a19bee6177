"""The command line. ``skillpod --version`` is answered before anything else is imported."""

from __future__ import annotations

import sys

from skillpod import __version__


def main() -> int:
    """Run the command in ``sys.argv``; the exit code, as ``serve.answers.Exit`` names them."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"skillpod {__version__}\n")
        return 0
    from skillpod.cli.program import run  # SAFE: here, so that the line above stays fast

    return run(arguments)
