"""How every command line ends, and what is said of one that failed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise

from skillpod.cli import render
from skillpod.errors import PathUnusable, SkillpodError
from skillpod.serve.answers import Exit, answer

DEBUG = "SKILLPOD_DEBUG"
"""Set to 1, a fault of skillpod itself is shown with its traceback."""


def ended(work: Callable[[], int], arguments: Sequence[str]) -> int:
    """The exit code of ``work``. Prints what failed, never a traceback for a user's mistake."""
    try:
        code = work()
        sys.stdout.flush()
    except SkillpodError as error:
        code = _fail(error, arguments)
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the interpreter's own last flush is quiet too
        code = Exit.PIPE_CLOSED
    except OSError as fault:
        _explain()
        code = _fail(PathUnusable(fault.strerror or str(fault), at=str(fault.filename or "")), arguments)
    except Exception as bug:  # noqa: BLE001  # SAFE: the last line before a user: a bug is told, with a way to see it
        _explain()
        code = _fail(_bug(bug), arguments)
    return int(code)


def _fail(error: SkillpodError, arguments: Sequence[str]) -> int:
    if _wants_json(arguments):
        render.data(error.as_dict())
    else:
        render.error(error)
    return answer(error).exit


def _wants_json(arguments: Sequence[str]) -> bool:
    options = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    pairs = pairwise(options)
    return "--json" in options or "--format=json" in options or ("--format", "json") in pairs


def _bug(bug: Exception) -> SkillpodError:
    return SkillpodError(
        f"skillpod itself failed: {type(bug).__name__}: {bug}",
        hint=f"please report it, with what you ran; {DEBUG}=1 shows where it happened",
    )


def _explain() -> None:
    if os.environ.get(DEBUG) == "1":
        import traceback  # SAFE: here, for it is seldom needed

        traceback.print_exc()
