"""``skillpod check`` as hooks and CI run it, without the parser of command lines: that takes longer to load than a check.

Only what can't be misread is read here; everything else, and so every fault and every help text, is the parser's.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

_WITH_VALUE = frozenset({"--format", "--policies", "--policy", "--suppressions", "--jobs", "-j"})


def check_at_once(arguments: Sequence[str]) -> int | None:
    """The exit code of ``check``; None when the command line has to be read in full."""
    read = _read(arguments)
    if read is None:
        return None
    paths, options = read
    gc.disable()  # loading makes much and drops little: looking for what was dropped costs a tenth of a check
    from skillpod.cli.ending import ended  # SAFE: here, so that what is read in full loads no more for it

    return ended(lambda: _check(paths, options), ["check", *arguments])


def _read(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]] | None:
    """Paths, and options by their names."""
    paths: list[str] = []
    options: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "--json":
            options["--format"] = "json"
        elif word == "--changed":
            options[word] = "yes"
        elif name in _WITH_VALUE and (equals or name == word):
            options[name] = value if equals else next(rest, "")
            if not options[name] or options[name].startswith("-"):
                return None
        elif not word or word.startswith("-"):
            return None
        else:
            paths.append(word)
    jobs = options.pop("-j", options.get("--jobs", "0"))
    if not paths or options.get("--format", "text") not in ("text", "json", "sarif") or not (jobs.isascii() and jobs.isdigit()):
        return None
    return paths, {**options, "--jobs": jobs}


def _check(paths: Sequence[str], options: dict[str, str]) -> int:
    from pathlib import Path  # SAFE: here, as above

    from skillpod.cli.checking import Format, Wanted, check

    wanted = Wanted(
        folders=[Path(path) for path in paths],
        policies=Path(options["--policies"]) if "--policies" in options else None,
        policy=options.get("--policy"),
        suppressions=Path(options["--suppressions"]) if "--suppressions" in options else None,
        changed="--changed" in options,
        format=Format(options.get("--format", "text")),
        jobs=int(options["--jobs"]),
    )
    return check(wanted)
