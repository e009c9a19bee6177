"""From a use to what it is aimed at: which host, program, variable, secret, volume or file, where the code says so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from skillpod.audit.addresses import FETCH, is_client, is_harmless, reached
from skillpod.audit.context import is_member
from skillpod.audit.facts import Aim, Spot, Use, What
from skillpod.audit.judgement import judged
from skillpod.audit.paths import METHODS, Paths
from skillpod.audit.reach import Reader
from skillpod.audit.scopes import Place, Scope
from skillpod.audit.standard import Reach, listed
from skillpod.audit.texts import Texts, argument, first_of

SHELL = "sh"
RUN = "Context.run"
"""It starts a program by the name that it was granted by, and by no path."""

_LONGEST = 256
_SHELLS = frozenset(
    listed("""
        os.system os.popen subprocess.getoutput subprocess.getstatusoutput asyncio.create_subprocess_shell
        asyncio.subprocess.create_subprocess_shell platform.popen
    """)
)
_STARTING = frozenset(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_FIRST_ARGUMENT = frozenset(
    {
        "asyncio.create_subprocess_exec",
        "asyncio.subprocess.create_subprocess_exec",
        "pty.spawn",
        *(f"os.{name}" for name in listed("execl execle execlp execlpe execv execve execvp execvpe posix_spawn posix_spawnp startfile")),
    }
)
_SECOND_ARGUMENT = frozenset(f"os.{name}" for name in listed("spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe"))
_WHERE_PROGRAMS_ARE = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"})
_NO_PROGRAM = frozenset(
    f"{module}.{name}"
    for module in ("subprocess", "asyncio.subprocess")
    for name in listed("PIPE DEVNULL STDOUT Process CompletedProcess list2cmdline SubprocessError CalledProcessError TimeoutExpired")
)
_SHELL_SIGNS = frozenset(";&|<>$`()\n*?~{}#!\\")
_TAKING_A_NAME = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__", "getenv", "getenvb"})

CONTEXTUAL = frozenset({"secret", "volume", "fetch", "run", "open", *METHODS})
"""Names of attributes that may be members of the Context, or methods of a path it gave."""


class Aims:
    """Of one file."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._texts = Texts(reader)
        self._paths = Paths(reader, self._texts)

    # --- members of the standard library, and of well-known packages ----------------------------------------------------------------

    def of_use(self, use: Use, place: Place) -> Iterator[Aim]:
        if use.what is What.FOREIGN:
            if not use.is_import and is_client(use.path):
                yield _aim(use, "network", reached(use.path, use.call, place.scope, self._texts))
            return
        if use.what is not What.MEMBER and not (
            use.what is What.MODULE and use.call is not None
        ):  # ``socket.socket()`` reads as the module
            return
        reach = judged(use).reach
        if reach is Reach.NETWORK and not is_harmless(use.path):
            yield _aim(use, "network", reached(use.path, use.call, place.scope, self._texts))
        elif reach is Reach.PROGRAMS and use.path not in _NO_PROGRAM:
            yield _aim(use, "programs", self._programs(use, place.scope))
        elif reach is Reach.ENVIRONMENT:
            yield _aim(use, "environment", self._variables(use, place))
        elif reach in (Reach.FILES, Reach.READING) and use.call is not None:
            for targets, access in self._paths.touched(use.path, use.call, place.scope):
                yield _aim(use, "volumes", targets, access)

    def _programs(self, use: Use, scope: Scope) -> tuple[str, ...]:
        call = use.call
        if call is None:
            return ()
        if use.path in _SHELLS:
            return self._in_shell(argument(call, 0, "cmd"), scope)
        if use.path in _STARTING:
            return self._started(call, scope)
        if use.path in _SECOND_ARGUMENT:
            return self._named_programs(argument(call, 1), scope)
        return self._named_programs(argument(call, 0, "program"), scope) if use.path in _FIRST_ARGUMENT else ()

    def _started(self, call: Any, scope: Scope) -> tuple[str, ...]:
        """``executable`` is what really runs, whatever the first argument says; ``shell`` makes that a command of a shell."""
        words = {word.arg: word.value for word in call.keywords}
        if None in words or len(call.args) > 1:
            return ()
        told = argument(call, 0, "args")
        if "executable" in words:
            return self._named_programs(words["executable"], scope)
        shell = words.get("shell")
        is_plain = shell is None or (isinstance(shell, ast.Constant) and not shell.value)
        return self._named_programs(told, scope) if is_plain else self._in_shell(told, scope)

    def _named_programs(self, node: Any, scope: Scope) -> tuple[str, ...]:
        if node is None:
            return ()
        found: list[tuple[str, ...]] = []
        for each, inside in self._texts.literals(node, scope):
            words = next(first_of(each), each)
            found.append(self._texts.wholes(words, inside))
        return tuple(dict.fromkeys(_program(text) for texts in found for text in texts)) if all(found) else ()

    def _granted_programs(self, node: Any, scope: Scope) -> tuple[str, ...]:
        """As ``ctx.run`` takes them: the first word of a list, as it is written."""
        found: list[tuple[str, ...]] = []
        for each, inside in self._texts.literals(node, scope):
            word = next(first_of(each), None)
            found.append(() if word is None else self._texts.wholes(word, inside))
        return tuple(dict.fromkeys(text for texts in found for text in texts)) if all(found) else ()

    def _in_shell(self, node: Any, scope: Scope) -> tuple[str, ...]:
        """A shell is a program too, and runs what it is told; of a plain command, also that is known."""
        commands = self._texts.wholes(node, scope) if node is not None else ()
        plain = [text.split()[0] for text in commands if text.split() and not set(text) & _SHELL_SIGNS]
        return (SHELL, *dict.fromkeys(map(_program, plain)))

    def _variables(self, use: Use, place: Place) -> tuple[str, ...]:
        call, parent, scope = use.call, place.parent, place.scope
        if call is not None and use.path.rpartition(".")[2] in _TAKING_A_NAME:
            node = argument(call, 0, "key")
            return self._texts.wholes(node, scope) if node is not None else ()
        if isinstance(parent, ast.Subscript) and parent.value is place.node:
            return self._texts.wholes(parent.slice, scope)
        if isinstance(parent, ast.Compare) and parent.comparators == [place.node]:
            return self._texts.wholes(parent.left, scope)
        return ()

    # --- what the Context gives --------------------------------------------------------------------------------------------------

    def of_attribute(self, place: Place, spelled: str) -> Iterator[Aim]:
        """Of an attribute that is called: what the Context's methods give or reach, and what is done to a path that can be followed."""
        node, call = place.node, place.parent
        spot = Spot(node.lineno, node.col_offset + 1, node.end_col_offset + 1 if node.end_lineno == node.lineno else 0)
        if node.attr in ("secret", "volume"):
            named = argument(call, 0, "name")
            targets = self._texts.wholes(named, place.scope) if named is not None else ()
            if is_member(self._reader, node, place.scope, node.attr):
                yield Aim(spot, _KINDS[node.attr], f"Context.{node.attr}", f"`{spelled}`", _legible(targets))
            elif targets and named is not None and len(call.args) + len(call.keywords) == 1:
                yield Aim(spot, _KINDS[node.attr], f"Context.{node.attr}", f"`{spelled}`", _legible(targets), is_guess=True)
        elif node.attr == "run":
            if is_member(self._reader, node, place.scope, node.attr):
                named = argument(call, 0, "argv")
                targets = self._granted_programs(named, place.scope) if named is not None else ()
                yield Aim(spot, _KINDS[node.attr], RUN, f"`{spelled}`", _legible(targets))
                started_in = next((word.value for word in call.keywords if word.arg == "volume"), None)
                if started_in is not None and not (isinstance(started_in, ast.Constant) and started_in.value is None):
                    yield Aim(spot, "volumes", RUN, f"`{spelled}`", _legible(self._texts.wholes(started_in, place.scope)))
        elif node.attr == "fetch":
            if is_member(self._reader, node, place.scope, node.attr):
                targets = reached(FETCH, call, place.scope, self._texts)
                yield Aim(spot, _KINDS[node.attr], FETCH, f"`{spelled}`", _legible(targets))
        else:
            for targets, access in self._paths.touched_by_method(node, call, place.scope):
                yield Aim(spot, "volumes", f"pathlib.Path.{node.attr}", f"`{spelled}`", _legible(targets), access)

    def of_method(self, place: Place, spelled: str) -> Iterator[Aim]:
        """Of ``ctx.secret`` as a value: which one it is asked for is only known where it is called."""
        node = place.node
        if node.attr in _KINDS and is_member(self._reader, node, place.scope, node.attr):
            yield Aim(Spot(node.lineno, node.col_offset + 1), _KINDS[node.attr], f"Context.{node.attr}", f"`{spelled}`")


_KINDS = {"secret": "secrets", "volume": "volumes", "fetch": "network", "run": "programs"}


def _aim(use: Use, kind: str, targets: tuple[str, ...], access: str = "") -> Aim:
    return Aim(use.spot, kind, use.path, use.words, _legible(targets), access)


def _legible(targets: tuple[str, ...]) -> tuple[str, ...]:
    """Names go into reports, journals and questions to people: what can't be seen in one is written out, and none is without end."""
    return tuple(text if text.isprintable() and len(text) <= _LONGEST else ascii(text)[1:-1][:_LONGEST] for text in targets)


def _program(text: str) -> str:
    """A program by its name; by its path, where that is none of those the machine's own programs are in."""
    folder, _, name = text.rpartition("/")
    return name if not folder or folder in _WHERE_PROGRAMS_ARE else text
