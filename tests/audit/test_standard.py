"""The tables of the standard library, held against the standard library of the Python that runs the tests."""

from __future__ import annotations

import ast
import builtins
import importlib
import pkgutil
import sys
import types
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from skillpod import sdk
from skillpod.audit.rules.imports import SDK_NAMES
from skillpod.audit.rules.reflection import ORDINARY, WALKS
from skillpod.audit.standard import (
    BUILTINS,
    BY_MEMBERS,
    CONSTANTS,
    GUARDED,
    MODULES,
    PERMITTED,
    PURE,
    SUBMODULES,
    Reach,
    is_member,
    is_private,
    is_standard,
    listed,
    members,
    standing,
    transit,
)
from skillpod.audit.standard.members.other_versions import AFTER, BEFORE
from tests.audit.standard_versions import SINCE, UNTIL, is_due

_NOT_LOADED = frozenset({"antigravity", "this"})  # importing them opens a browser, or prints
_STRONG = frozenset({"eval", "exec", "compile", "__import__", "breakpoint", "globals", "getattr", "setattr", "vars"})


def test_a_skill_may_import_what_the_sdk_offers_and_the_authors_testing_alone() -> None:
    assert {*sdk.__all__, "testing"} == SDK_NAMES


def loaded(name: str) -> types.ModuleType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        return None  # not on this platform or version


@cache
def permitted_modules() -> tuple[tuple[str, types.ModuleType], ...]:
    """Every module a skill may import, and those below it, but for private ones."""
    names = {name for tables in (MODULES, SUBMODULES) for name, reach in tables.items() if reach in PERMITTED}
    return tuple(dict(_below(iter(sorted(names)))).items())


def _below(names: Iterator[str]) -> Iterator[tuple[str, types.ModuleType]]:
    for name in names:
        module = loaded(name) if name not in _NOT_LOADED else None
        if module is None:
            continue
        yield name, module
        found = (below.name for below in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."))
        yield from _below(each for each in found if _may_be_imported(each))


def _may_be_imported(name: str) -> bool:
    last = name.rpartition(".")[2]
    return not last.startswith(("_", "test")) and standing(name).reach in PERMITTED


def test_every_module_of_the_standard_library_has_a_verdict() -> None:
    assert [name for name in sorted(sys.stdlib_module_names) if not (is_standard(name) or name.startswith("_"))] == []


# --- members ---------------------------------------------------------------------------------------------------------------------

_ELSEWHERE = frozenset(
    listed("""
        asyncio.IocpProactor asyncio.ProactorEventLoop asyncio.WindowsProactorEventLoopPolicy asyncio.WindowsSelectorEventLoopPolicy
        builtins.WindowsError builtins.__builtins__ os.add_dll_directory os.chflags os.get_handle_inheritable os.lchflags os.lchmod
        os.listdrives os.listmounts os.listvolumes os.path.isreserved os.set_handle_inheritable os.startfile
        sqlite3.Connection.enable_load_extension sqlite3.Connection.load_extension sys.UnraisableHookArgs sys.dllhandle
        sys.getandroidapilevel sys.gettotalrefcount sys.getwindowsversion sys.last_exc sys.last_traceback sys.last_type sys.last_value
        sys.ps1 sys.ps2 sys.tracebacklimit sys.winver
    """)
)
"""Members that are there on another system, in another build, at a prompt, or for type checkers."""


def public_members() -> Iterator[tuple[str, str, object]]:
    """Module, name and value of all that a skill may import has to offer: what a module says it offers, and what is not private."""
    for name, module in permitted_modules():
        for member in sorted({*vars(module), *getattr(module, "__all__", ())}):
            value = getattr(module, member, None)
            if not member.startswith("_") and not isinstance(value, types.ModuleType):
                yield name, member, value


def test_every_public_member_of_every_module_a_skill_may_import_is_listed() -> None:
    assert [f"{module}.{name}" for module, name, _ in public_members() if not is_member(f"{module}.{name}")] == []


def test_there_is_much_to_list() -> None:
    assert len(permitted_modules()) > 250
    assert len(list(public_members())) > 4500


def test_a_name_in_capitals_that_is_not_listed_by_name_is_a_number_or_a_text() -> None:
    plain = (int, float, complex, str, bytes, bool, type(None))
    unlike = [
        f"{module}.{name} is a {type(value).__name__}"
        for module, name, value in public_members()
        if name not in (members(module) or {}) and not isinstance(value, plain)
    ]
    assert unlike == []


def test_every_module_with_submodules_in_the_tables_names_them() -> None:
    below = {name for name, _ in permitted_modules() if "." in name and not name.startswith("encodings.")}
    assert below - set(SUBMODULES) == set()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # to ask for a member that goes is what it does
def test_no_listed_member_is_unknown_to_python() -> None:
    ghosts = []
    for name in (*(each for each, _ in permitted_modules()), "builtins"):
        if name.startswith(_SHARED):
            continue
        module = loaded(name)
        assert module is not None
        paths = (f"{name}.{member}" for member in members(name) or {} if member != CONSTANTS)
        due = (path for path in paths if path not in {*_ELSEWHERE, *other_members()} and is_due(path, sys.version_info[:2]))
        ghosts += [path for path in due if not _is_there(module, path)]
    assert ghosts == []


@cache
def other_members() -> frozenset[str]:
    lists = (*BEFORE.items(), *AFTER.items())
    return frozenset(f"{module}.{word}" for module, text in lists for word in text.split() if word[-1] != ":" and word != CONSTANTS)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the members of later versions are there")
def test_what_is_listed_for_other_versions_is_not_there_in_these() -> None:
    found = []
    for path in other_members():
        module = loaded(path.rpartition(".")[0])
        if module is not None and hasattr(module, path.rpartition(".")[2]):
            found.append(path)
    assert found == []


_SHARED = ("encodings.", "sre_", "ntpath", "posixpath", "sqlite3.dbapi2", "xml.parsers.expat", "xml.etree.cElementTree")
"""Beginnings of modules that share one list, of which each has a part."""


def _is_there(module: types.ModuleType, path: str) -> bool:
    value: object = module
    for name in path.removeprefix(f"{module.__name__}.").split("."):
        if not hasattr(value, name):
            return loaded(path) is not None  # a submodule
        value = getattr(value, name)
    return True


def test_what_is_said_of_versions_is_said_of_listed_members() -> None:
    assert [path for names in (*SINCE.values(), *UNTIL.values()) for path in names.split() if not is_member(path)] == []


def test_no_name_has_two_verdicts() -> None:
    assert not GUARDED - set(MODULES)
    assert [name for name in SUBMODULES if name.partition(".")[0] not in MODULES] == []
    for module in {*MODULES, *SUBMODULES}:
        reach = SUBMODULES.get(module) or MODULES[module]
        assert members(module) is not None or reach not in PERMITTED or module in _UNLISTED, module
    assert {member for name in GUARDED for member, reach in (members(name) or {}).items() if reach is Reach.PLAIN} & set(WALKS) == set()


_UNLISTED = frozenset({"this"})
"""Modules that may be imported and offer nothing."""


# --- what is reached under another name --------------------------------------------------------------------------------------------


def test_a_strong_module_reached_through_a_permitted_one_is_judged_as_itself() -> None:
    escaped = []
    for name, module in permitted_modules():
        for attribute, value in list(vars(module).items()):
            if not isinstance(value, types.ModuleType) or attribute.startswith("__"):
                continue
            top = value.__name__.split(".")[0]
            plain = top.lstrip("_") if top.lstrip("_") in MODULES else top
            is_strong = plain in GUARDED or (
                plain in MODULES and standing(value.__name__ if plain == top else plain).reach not in PERMITTED
            )
            reached = transit(name, attribute)
            stands = standing(reached)
            if is_strong and stands.is_listed and stands.reach in PERMITTED and reached.split(".")[0] not in (top, plain):
                escaped.append(f"{name}.{attribute} is {value.__name__}, judged as {reached}")
    assert escaped == []


@pytest.mark.parametrize("name", sorted(BY_MEMBERS))
def test_a_module_that_may_be_imported_for_some_of_its_members_is_strong_itself(name: str) -> None:
    module = loaded(name)
    assert module is not None
    assert standing(name).reach not in PERMITTED
    for member, value in vars(module).items():
        reached = transit(name, member)
        if not isinstance(value, types.ModuleType):
            assert member.startswith("_") or reached == f"{name}.{member}"
        elif reached not in PURE:
            assert reached in MODULES or reached in SUBMODULES or not standing(reached).is_listed


def test_a_strong_builtin_under_another_name_is_not_permitted() -> None:
    strong = {id(getattr(builtins, name)): name for name in _STRONG}
    escaped = [
        f"{name}.{attribute} is {strong[id(value)]}"
        for name, module in permitted_modules()
        if name != "builtins"
        for attribute, value in list(vars(module).items())
        if id(value) in strong and standing(transit(name, attribute)).reach in PERMITTED
    ]
    assert escaped == []


def test_a_member_of_another_module_is_judged_as_it_is_there() -> None:
    """``calendar.global_enum`` is ``enum.global_enum``. What is mild where it stands, and what has a rule of its own, is not hidden."""
    hidden = []
    for module, name, value in public_members():
        if not isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            continue
        home = (getattr(value, "__module__", None) or "").lstrip("_")
        origin = f"{home}.{value.__qualname__}"
        if home == module or not is_standard(home.partition(".")[0]) or not is_member(origin):
            continue
        here = standing(transit(module, name)).reach
        if here is not standing(origin).reach and not (standing(origin).reach in PERMITTED and here not in PERMITTED):
            hidden.append(f"{module}.{name} ({here.name}) is {origin} ({standing(origin).reach.name})")
        if origin in _OF_RULES and transit(module, name) != origin:
            hidden.append(f"{module}.{name} is {origin}")
    assert hidden == []


_OF_RULES = frozenset(
    listed("""
        dataclasses.dataclass dataclasses.make_dataclass operator.attrgetter operator.methodcaller types.new_class inspect.signature
        warnings.catch_warnings dataclasses.fields
    """)
)
"""Members that rules ask for by their own name."""


def test_nothing_is_reached_from_a_pure_module() -> None:
    for name in PURE:
        module = loaded(name)
        assert module is not None
        assert [attribute for attribute, value in vars(module).items() if isinstance(value, types.ModuleType)] == [], name


@pytest.mark.parametrize(
    ("path", "reach"),
    [
        ("os.environ.get", Reach.ENVIRONMENT),
        ("os.path.join", Reach.PLAIN),
        ("os.system.__name__", Reach.PROGRAMS),
        ("json.loads", Reach.PLAIN),
        ("urllib.parse.quote", Reach.PLAIN),
        ("urllib.request.urlopen", Reach.NETWORK),
        ("http.HTTPStatus", Reach.PLAIN),
        ("importlib.resources.files", Reach.LOADER),
        ("importlib.import_module", Reach.LOADER),
        ("builtins.eval", Reach.CODE),
        ("builtins.len", Reach.PLAIN),
        ("datetime.datetime.now", Reach.PLAIN),
    ],
)
def test_a_path_is_judged_by_its_longest_known_part(path: str, reach: Reach) -> None:
    assert standing(path).reach is reach


@pytest.mark.parametrize("path", ["os.nothing_of_the_kind", "sys.nothing_of_the_kind", "_socket", "_thread.start_new_thread"])
def test_what_is_on_no_list_is_refused_and_says_so(path: str) -> None:
    stands = standing(path)
    assert stands.reach not in PERMITTED
    assert not stands.is_listed


@pytest.mark.parametrize(
    ("path", "name", "real"),
    [
        ("logging", "os", "os"),
        ("random", "_os", "os"),
        ("json", "codecs", "codecs"),
        ("enum", "bltns", "builtins"),
        ("tempfile", "_thread", "_thread"),
        ("datetime", "datetime", "datetime.datetime"),
        ("datetime", "time", "datetime.time"),
        ("sys", "platform", "sys.platform"),
        ("os", "path", "os.path"),
        ("asyncio", "subprocess", "asyncio.subprocess"),
    ],
)
def test_a_module_reached_through_another_is_itself(path: str, name: str, real: str) -> None:
    assert transit(path, name) == real


def test_private_modules_are_told_from_public_ones() -> None:
    assert is_private("_socket")
    assert not is_private("socket")
    assert not is_private("__future__")
    assert not is_private("_helpers")


# --- dunders ---------------------------------------------------------------------------------------------------------------------


def _examples() -> list[object]:
    async def coroutine() -> None: ...

    def generator() -> Iterator[int]:
        yield 1

    class Own:
        def method(self) -> None: ...

        @property
        def value(self) -> int:
            return 1

    running = coroutine()
    running.close()
    plain = [object(), 1, 1.0, "a", b"a", [], {}, set(), (), slice(1), range(1), None, NotImplemented, ..., memoryview(b""), 1j]
    made = [
        Own,
        Own(),
        Own.value,
        Own().method,
        generator,
        generator(),
        running,
        print,
        [].append,
        str.join,
        type,
        types,
        ValueError("x"),
    ]
    return [*plain, *made, staticmethod(print), classmethod(print), super(Own, Own()), list[int], int | str, iter([]), zip(), map(str, [])]


def test_every_dunder_of_every_kind_of_object_is_known() -> None:
    seen = {name for example in _examples() for kind in (type(example), example) for name in dir(kind)}
    dunders = {name for name in seen if name.startswith("__") and name.endswith("__")}
    assert dunders - ORDINARY - WALKS == set()


def test_builtins_that_reach_something_are_builtins() -> None:
    beyond = {"__builtins__", "__loader__", "__spec__", "help"}
    assert [name for name in BUILTINS if not hasattr(builtins, name) and name not in beyond] == []


# --- what the source of a member does --------------------------------------------------------------------------------------------

_CALLED = frozenset(listed("__import__ exec eval compile open _open _builtin_open bltn_open _getframe import_module Popen urlopen FileIO"))
_CALLED_OF = frozenset(listed("import_module exec_module load_module open_code Popen popen system urlopen FileIO _getframe"))
_OPENED = frozenset({"builtins.open", "io.open", "_io.open", "os.open"})
_USED = frozenset(listed("subprocess socket pickle marshal ctypes multiprocessing runpy urllib.request atexit signal gc"))
"""Names that, called or used in the source of a member which is listed as reaching nothing, must have been a decision."""

_TEXTS = "looks at frames, and gives a text, or the name of the module that called it"
_DECIDED = {
    "ast.parse": "compiles to a tree, which does not run",
    "asyncio.base_events.BaseEventLoop": "the methods that connect and start programs are found by their names",
    "asyncio.events.AbstractEventLoop": "the methods that connect and start programs are found by their names",
    "asyncio.events.BaseDefaultEventLoopPolicy": _TEXTS,
    "asyncio.events.Handle": _TEXTS,
    "asyncio.format_helpers.extract_stack": _TEXTS,
    "asyncio.futures.Future": _TEXTS,
    "asyncio.proactor_events.BaseProactorEventLoop": "the methods that connect are found by their names",
    "asyncio.runners.Runner": "takes Ctrl-C while it runs, and gives it back",
    "asyncio.streams.StreamReader": _TEXTS,
    "collections.namedtuple": "evaluates a list of parameters, each of which it has found to be a name",
    "dataclasses.make_dataclass": "has a rule of its own, REF-011",
    "encodings.search_function": "imports an encoding of Python's own, never with a dot in its name",
    "enum.EnumType": "`_convert_`, which takes a module's names, is found by its name",
    "logging.Logger": "names an error of pickle's",
    "pickletools.OpcodeInfo": "names a number of pickle's",
    "pickletools.optimize": "writes opcodes anew and runs none",
    "signal.getsignal": "gives a function that is there",
    "traceback.extract_stack": _TEXTS,
    "traceback.format_stack": _TEXTS,
    "traceback.print_stack": _TEXTS,
    "warnings.warn": _TEXTS,
    "weakref.finalize": "calls the skill's own function when an object goes, or at the end",
    "xml.dom.domreg.getDOMImplementation": "imports by a table, which is refused",
}


def test_what_reaches_something_in_its_source_is_not_listed_as_plain() -> None:
    seen = {}
    for module, value in permitted_modules():
        for name, source in sources(value).items():
            path = transit(module, name)
            if is_member(path) and standing(path).reach is Reach.PLAIN and (told := set(_told(source))):
                seen[path] = sorted(told)
    assert {path: told for path, told in seen.items() if path not in _DECIDED} == {}


@pytest.mark.parametrize("path", sorted(_DECIDED))
def test_a_decision_is_about_a_member_that_is_still_plain(path: str) -> None:
    assert is_member(path)
    assert standing(path).reach is Reach.PLAIN


def sources(module: types.ModuleType) -> dict[str, ast.stmt]:
    """The functions and classes of a module, as text that was parsed."""
    file = getattr(module, "__file__", None) or ""
    if not file.endswith(".py"):
        return {}
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {each.name: each for each in tree.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}


def _told(source: ast.stmt) -> Iterator[str]:
    for node in ast.walk(source):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=name)) if name in _CALLED_OF or f"{base}.{name}" in _OPENED:
                yield f"{base}.{name}"
            case ast.Attribute(value=ast.Name(id=name)) if name.lstrip("_") in _USED:
                yield name
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in _USED)
            case ast.ImportFrom(module=str(name)) if name in _USED:
                yield name
