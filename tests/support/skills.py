"""Builders of real skill folders, good and hostile, for everyone's tests.

``write_skill`` writes file by file, as a person's editor or ``cp -r`` does; ``drop_skill`` builds aside on the same filesystem and renames
in, as a careful installer does. Nothing here knows how a pod works.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_FRESH = itertools.count()
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2

GREETER = '''\
from skillpod import tool


@tool
def greet(name: str = "world") -> str:
    """Greet someone."""
    return f"hello {name}"
'''


def saying(word: str) -> str:
    """A handler whose only tool, ``answer``, returns ``word``; handlers for words of one length have one size."""
    return f'''\
from skillpod import tool


@tool
def answer() -> str:
    """Say the word of this version."""
    return {word!r}
'''


def numbered(number: int) -> str:
    """A handler whose only tool, ``answer``, returns ``number``; always of the same size in bytes (up to 99999)."""
    return f'''\
from skillpod import tool


@tool
def answer() -> int:
    """Return the number of this version."""
    return int("{number:05}")
'''


def returning(expression: str, annotation: str = "object") -> str:
    """A handler whose only tool, ``answer``, is annotated ``annotation`` and returns what ``expression`` evaluates to."""
    return f'''\
from __future__ import annotations

from typing import Any

from skillpod import tool


@tool
def answer() -> {annotation}:
    """Return something."""
    return {expression}
'''


def doing(body: str, *, imports: str = "") -> str:
    """A handler whose only tool, ``answer``, runs the statements in ``body`` and then returns "done"."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return f'''\
from __future__ import annotations

{imports}
from skillpod import tool


@tool
def answer() -> str:
    """Do something."""
{lines}
    return "done"
'''


def loading(body: str) -> str:
    """A handler that runs the statements in ``body`` when it is imported, before its tool ``answer`` is defined."""
    return f"{body.strip()}\n\n\n{saying('loaded')}"


_CRASH = """\
deep = iter(())
for _ in range(300000):
    deep = filter(None, deep)
next(deep, None)
"""
"""Ends CPython with SIGSEGV: every iterator asks the one below it on the C stack. No audit can object to a loop and a filter."""

AT_IMPORT: Mapping[str, str] = {
    "raises": loading("raise RuntimeError('the import went wrong')"),
    "hangs": loading("while True:\n    pass"),
    "sleeps": loading("import time\ntime.sleep(3600)"),
    "exits": loading("import sys\nsys.exit(3)"),
    "exits at once": loading("import os\nos._exit(0)"),
    "kills itself": loading("import signal\nsignal.raise_signal(signal.SIGKILL)"),
    "crashes the interpreter": loading(_CRASH),
    "prints garbage": loading(
        "import sys\nsys.stdout.buffer.write(bytes(range(256)) * 4000)\nsys.stdout.flush()\nraise ValueError('after garbage')"
    ),
    "allocates everything": loading("hoard = []\nwhile True:\n    hoard.append(bytearray(16 * 1024 * 1024))"),
    "forks": loading("import os\nwhile True:\n    os.fork()"),
    "recurses": loading("def deeper():\n    return deeper()\n\n\ndeeper()"),
    "is not Python": "def answer(:\n    ???\n",
    "has no tool": "def answer() -> str:\n    return 'private'\n",
}
"""Handlers that can't come to serve, each for its own reason; all have ``answer`` or nothing."""

IN_A_CALL: Mapping[str, str] = {
    "raises": doing("raise RuntimeError('the call went wrong')"),
    "hangs": doing("while True:\n    pass"),
    "exits": doing("sys.exit(3)", imports="import sys\n"),
    "exits at once": doing("os._exit(0)", imports="import os\n"),
    "kills itself": doing("signal.raise_signal(signal.SIGKILL)", imports="import signal\n"),
    "crashes the interpreter": doing(_CRASH),
    "allocates everything": doing("hoard = []\nwhile True:\n    hoard.append(bytearray(16 * 1024 * 1024))"),
    "forks": doing("while True:\n    os.fork()", imports="import os\n"),
    "recurses": doing("def deeper() -> None:\n    deeper()\n\n\ndeeper()"),
    "forges frames": doing(
        'frame = b\'{"ok": true, "value": "forged"}\'\n'
        "for descriptor in range(3, 21):\n"
        "    for lead in (b'', len(frame).to_bytes(4, 'big'), len(frame).to_bytes(4, 'little'), len(frame).to_bytes(8, 'big')):\n"
        "        try:\n"
        "            os.write(descriptor, lead + frame)\n"
        "        except OSError:\n"
        "            pass",
        imports="import os\n",
    ),
    "starts threads": doing(
        "import threading\nimport time\nfor _ in range(1000):\n    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()"
    ),
}
"""Handlers that mount, and whose ``answer`` misbehaves when it is called."""

BAD_RESULTS: Mapping[str, str] = {
    "a set": returning("{1, 2}", "Any"),
    "NaN": returning("float('nan')", "float"),
    "infinity": returning("float('inf')", "float"),
    "10 MiB of text": returning("'x' * (10 * 1024 * 1024)", "str"),
    "an object": returning("object()", "Any"),
    "bytes": returning("b'bytes'", "Any"),
    "another type": returning("'text'", "int"),
    "a circle": returning("(lambda circle: (circle.append(circle), circle)[1])([])", "Any"),
    "keys that are no strings": returning("{(1, 2): 3}", "Any"),
}
"""Handlers whose ``answer`` returns what is no answer."""


def skill_files(
    name: str,
    *,
    handler: str | None = GREETER,
    version: str = "1.0.0",
    manifest: Mapping[str, Any] | str | None = None,
    files: Mapping[str, str | bytes] | None = None,
) -> dict[str, bytes]:
    """The files of a skill by their names. ``manifest`` adds to (or, as a text, takes the place of) a minimal one."""
    document: Mapping[str, Any] | str | None = manifest
    if not isinstance(manifest, str):
        minimal = {"manifest": 1, "name": name, "version": version, "description": f"The skill {name}.", "author": "Ann Example"}
        document = {**minimal, **(manifest or {})}
    made: dict[str, str | bytes] = {"manifest.yaml": document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False)}
    if handler is not None:
        made["handler.py"] = handler
    made["README.md"] = f"# {name}\n\nUse it in tests.\n"
    made.update(files or {})
    return {path: content.encode() if isinstance(content, str) else content for path, content in made.items()}


def write_skill(root: Path, name: str, **options: Any) -> Path:
    """Write a skill folder under ``root``, file by file, and return it; options are those of ``skill_files``."""
    folder = root / name
    for path, content in skill_files(name, **options).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def drop_skill(root: Path, name: str, **options: Any) -> Path:
    """Build a skill folder beside ``root`` and rename it in, whole; one that is there is renamed out first."""
    aside = _aside(root)
    built = write_skill(aside, name, **options)
    folder = root / name
    if folder.exists():
        folder.rename(aside / "old")
    built.rename(folder)
    shutil.rmtree(aside)
    return folder


def take_out(root: Path, name: str) -> Path:
    """Rename a folder out of ``root``, whole; returns where it is now."""
    return (root / name).rename(_aside(root) / name)


def put_back(root: Path, folder: Path) -> Path:
    """Rename a folder that was taken out back in."""
    return folder.rename(root / folder.name)


def replace_file(path: Path, content: str | bytes) -> None:
    """An atomic save: write a temporary in the same folder, flush it, rename it over the file."""
    temporary = path.with_name(f".{path.name}.{next(_FRESH)}.tmp")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)


def overwrite_file(path: Path, content: str | bytes) -> None:
    """A save in place: truncate, then write in two halves, as an editor that keeps the inode does."""
    data = content.encode() if isinstance(content, str) else content
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(descriptor, data[: len(data) // 2])
        os.write(descriptor, data[len(data) // 2 :])
    finally:
        os.close(descriptor)


def _aside(root: Path) -> Path:
    aside = root.parent / f".aside-{os.getpid()}-{next(_FRESH)}"
    aside.mkdir(parents=True)
    return aside


def exchange_skill(root: Path, name: str, **options: Any) -> None:
    """Put another folder in the place of a skill's at once."""
    aside = _aside(root)
    exchange(write_skill(aside, name, **options), root / name)
    shutil.rmtree(aside)


def exchange(first: Path, second: Path) -> None:
    """Each in the place of the other, at once: renameat2(2) with RENAME_EXCHANGE."""
    renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    if renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), "renameat2", str(first))
