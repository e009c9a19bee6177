"""The tables of the standard library, held against the standard library of the Python that runs the tests."""

from __future__ import annotations

import builtins
import importlib
import pkgutil
import sys
import types
import warnings
from collections.abc import Iterator

import pytest

from skillpod import sdk
from skillpod.audit.rules.imports import SDK_NAMES
from skillpod.audit.rules.reflection import ORDINARY, WALKS
from skillpod.audit.standard import (
    BUILTINS,
    GUARDED,
    MEMBERS,
    MODULES,
    PERMITTED,
    PURE,
    Reach,
    is_private,
    is_standard,
    standing,
    transit,
)

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


def permitted_modules() -> Iterator[tuple[str, types.ModuleType]]:
    """Every module a skill may import, and those below it."""
    for name in sorted(MODULES):
        module = loaded(name) if MODULES[name] in PERMITTED and name not in _NOT_LOADED else None
        if module is None:
            continue
        yield name, module
        for below in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
            if "test" in below.name or "__main__" in below.name or standing(below.name).reach not in PERMITTED:
                continue
            inner = loaded(below.name)
            if inner is not None:
                yield below.name, inner


def test_every_module_of_the_standard_library_has_a_verdict() -> None:
    assert [name for name in sorted(sys.stdlib_module_names) if not (is_standard(name) or name.startswith("_"))] == []


def test_no_name_has_two_verdicts() -> None:
    assert not set(GUARDED) - set(MODULES)
    assert [name for name in MEMBERS if name.split(".")[0] not in MODULES] == []
    assert [name for name in MEMBERS if name.split(".")[1] in GUARDED.get(name.split(".")[0], ()) and MEMBERS[name] not in PERMITTED] == []


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
            if is_strong and standing(reached).reach in PERMITTED and reached.split(".")[0] not in (top, plain):
                escaped.append(f"{name}.{attribute} is {value.__name__}, judged as {reached}")
    assert escaped == []


def test_a_strong_builtin_under_another_name_is_not_permitted() -> None:
    strong = {id(getattr(builtins, name)): name for name in _STRONG}
    escaped = [
        f"{name}.{attribute} is {strong[id(value)]}"
        for name, module in permitted_modules()
        for attribute, value in list(vars(module).items())
        if id(value) in strong and standing(transit(name, attribute)).reach in PERMITTED
    ]
    assert escaped == []


def test_nothing_is_reached_from_a_pure_module() -> None:
    for name in PURE:
        module = loaded(name)
        assert module is not None
        assert [attribute for attribute, value in vars(module).items() if isinstance(value, types.ModuleType)] == [], name


@pytest.mark.parametrize("name", ["os", "sys"])
def test_every_member_of_the_strongest_modules_is_permitted_by_name_or_refused(name: str) -> None:
    module = loaded(name)
    for member in vars(module):
        stands = standing(f"{name}.{member}")
        if stands.reach in PERMITTED and not member.startswith("__"):
            is_named = member in GUARDED[name] or f"{name}.{member}" in MEMBERS
            assert is_named, member


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
        ("importlib.resources.files", Reach.FILES),
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
