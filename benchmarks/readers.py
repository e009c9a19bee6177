"""Ways to judge Python that have no command line of their own; ``python -m benchmarks.readers NAME FOLDER`` prints as JSON what is refused.

Standard library only: RestrictedPython lives in an environment of its own.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

_MODULES = re.compile(
    r"builtins|code|codeop|ctypes|gc|importlib|inspect|marshal|multiprocessing|os|pickle|pty|runpy|shelve|shutil|signal|socket|subprocess|sys"
)
_NAMES = re.compile(r"eval|exec|compile|open|input|breakpoint|__import__|[gs]etattr|delattr|globals|locals|vars")
_ATTRIBUTES = re.compile(r"system|popen|__(globals|builtins|subclasses|mro|bases|class|dict|code|closure|getattribute)__")


def parses(source: str) -> bool:
    """The least that anything has to do which looks at Python's syntax."""
    ast.parse(source)
    return True


def on_no_list(source: str) -> bool:
    """What a first attempt at an audit does: names that must not occur, whatever they mean where they stand."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                if any(_MODULES.fullmatch(alias.name.partition(".")[0]) for alias in names):
                    return False
            case ast.ImportFrom(module=str(module)) if _MODULES.fullmatch(module.partition(".")[0]):
                return False
            case ast.Name(id=name) if _NAMES.fullmatch(name):
                return False
            case ast.Attribute(attr=name) if _ATTRIBUTES.fullmatch(name):
                return False
    return True


def restricted(source: str) -> bool:
    """RestrictedPython's own policy, at compile time."""
    from RestrictedPython.compile import compile_restricted_exec

    return not compile_restricted_exec(source).errors


READERS: dict[str, Callable[[str], bool]] = {"syntax": parses, "denylist": on_no_list, "restricted": restricted}


def refused(accepts: Callable[[str], bool], folder: Path) -> list[str]:
    """The files that it does not accept or can't read, relative to the folder."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        try:
            is_fine = accepts(path.read_bytes().decode())
        except (ValueError, SyntaxError, RecursionError):  # not UTF-8, NUL, no Python: what it can't read it does not let pass
            is_fine = False
        if not is_fine:
            found.append(path.relative_to(folder).as_posix())
    return found


if __name__ == "__main__":
    print(json.dumps(refused(READERS[sys.argv[1]], Path(sys.argv[2]))))
