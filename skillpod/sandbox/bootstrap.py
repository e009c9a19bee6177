"""What a zygote is started with: a constructed environment, a program of a few lines, and the guest's program as code.

With ``-I -S`` and an empty root no module of the host's is importable in a guest; what it runs came over the control socket.
"""

from __future__ import annotations

import base64
import importlib.util
import marshal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from skillpod.errors import IsolationUnavailable

ENVIRONMENT: Mapping[str, str] = {
    "HOME": "/tmp",  # noqa: S108  # SAFE: the guest's own /tmp, a tmpfs nobody else has
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",  # each further arena of glibc reserves 64 MiB of a guest's address space
    "TMPDIR": "/tmp",  # noqa: S108  # SAFE: as HOME
    "TZ": "UTC",
}
"""The whole environment of every guest."""

LARGEST = 128 * 1024
"""No message on the control socket is longer, but the host's own sources."""

_PACKAGE = Path(__file__).parent.parent
PRELOADED = ("asyncio", "collections", "dataclasses", "datetime", "enum", "hashlib", "inspect", "logging", "re", "typing")
"""What most skills import. Each costs every fork its pages: decimal and sqlite3 stay out, a skill that wants them pays once; and so does
ssl, which asyncio would bring along (1 MiB, a tenth of the start): a guest without a grant of the network has no socket it could wrap, and
a skill may still import it."""

_REACHING = ("ssl", "http.client", "urllib.request")
"""What guests with one import beside it."""

_BEFORE = f"""\
sys.modules["ssl"] = None
import {", ".join(PRELOADED)}
del sys.modules["ssl"]
"""
_AFTER = f"""\
from skillpod.sandbox.guest.network import sockets
sockets.install()
import {", ".join((*_REACHING, *PRELOADED))}
"""
"""In this order: ssl and asyncio keep what ``socket`` has when they are loaded."""


_PROGRAM = """\
import gc, sys
gc.disable()
{before}import _frozen_importlib_external, base64, json, marshal, socket
from _frozen_importlib import ModuleSpec
control, sent = socket.socket(fileno=int(sys.argv[1])), {{}}
while True:
    message = json.loads(control.recv(1 << 20))
    if "start" in message:
        break
    sent[message["module"]] = message
class Sent:
    def find_spec(name, path=None, target=None):
        if name in sent:
            return ModuleSpec(name, Sent, is_package=sent[name]["package"])
    def create_module(spec):
        return None
    def exec_module(module):
        exec(marshal.loads(base64.b64decode(sent[module.__name__]["code"])), module.__dict__)
if message["magic"] != _frozen_importlib_external.MAGIC_NUMBER.hex():
    sys.exit("the interpreter " + sys.executable + " is another version than the one the pod runs on")
sys.meta_path.insert(0, Sent)
{after}from skillpod.sandbox.guest.zygote import main
main(control, message["start"])
"""
PLAIN = _PROGRAM.format(before=_BEFORE, after="")
REACHING = _PROGRAM.format(before="", after=_AFTER)
"""The program of a zygote whose guests have a line to the network."""
BARE = _PROGRAM.format(before="", after="")
"""Of one whose forks run no skill, but start granted programs."""


def launch(
    control: int, output: int, environment: Mapping[str, str], directories: tuple[int, ...] = (), program: str = PLAIN
) -> subprocess.Popen[bytes]:
    """Start a zygote, PLAIN, REACHING or BARE, that is told the rest over its ``control`` descriptor, the only one it inherits beside 0, 1,
    2 and ``directories``."""
    interpreter: str = getattr(sys, "_base_executable", "") or sys.executable  # a venv is no part of a guest
    return subprocess.Popen(
        [interpreter, "-I", "-S", "-E", "-B", "-c", program, str(control)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(environment),
        cwd="/",
        pass_fds=(control, *directories),
        start_new_session=True,
    )


@cache
def module_messages(entry: str) -> tuple[dict[str, Any], ...]:
    """Every module of ours that a guest may import, one message each: ``{module, code, package}``.

    Compiled here from the source text, never from a cache, while the zygote's interpreter is still starting.
    """
    guest = _PACKAGE / "sandbox" / "guest"
    shipped = {"skillpod": _PACKAGE / "sdk.py", "skillpod.sandbox.wire": _PACKAGE / "sandbox" / "wire.py"}
    shipped |= {_module_of(path.relative_to(guest)): path for path in guest.rglob("*.py") if path.stem != "__init__"}
    if entry not in shipped:
        shipped[entry] = _file_of(entry)
    packages = {parent for name in shipped for parent in _parents(name)}
    texts = dict.fromkeys(packages, "") | {name: path.read_text("utf-8") for name, path in shipped.items()}
    return tuple({"module": name, "code": _compiled(name, text), "package": name in packages} for name, text in sorted(texts.items()))


def magic() -> str:
    """What an interpreter must agree on to run code that another compiled."""
    return importlib.util.MAGIC_NUMBER.hex()


def _compiled(name: str, text: str) -> str:
    code = compile(text, f"skillpod://{name}", "exec", dont_inherit=True, optimize=2)  # docstrings would be copied into every zygote
    return base64.b64encode(marshal.dumps(code)).decode()


def _module_of(inside: Path) -> str:
    return ".".join(("skillpod.sandbox.guest", *inside.with_suffix("").parts))


def _file_of(entry: str) -> Path:
    spec = importlib.util.find_spec(entry)
    if spec is None or spec.origin is None:
        raise IsolationUnavailable(f"the guest's entry {entry!r} is no module here", at="entry", hint="give a module that can be imported")
    return Path(spec.origin)


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
