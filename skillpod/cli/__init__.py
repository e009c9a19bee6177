"""The command line. ``skillpod --version``, a client that joins a running pod, and a plain ``check`` are served before anything else is
imported."""

from __future__ import annotations

import sys

from skillpod import __version__


def main() -> int:
    """Run the command in ``sys.argv``; the exit code, as ``serve.answers.Exit`` names them."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"skillpod {__version__}\n")
        return 0
    if arguments[:2] == ["serve", "--stdio"]:
        from skillpod.cli.joining import join_at_once  # SAFE: here, as below

        joined = join_at_once(arguments)
        if joined is not None:
            return joined
    if arguments[:1] == ["check"]:
        from skillpod.cli.quick import check_at_once  # SAFE: here, as below

        checked = check_at_once(arguments[1:])
        if checked is not None:
            return checked
    from skillpod.cli.program import run  # SAFE: here, so that what is above stays fast

    return run(arguments)
