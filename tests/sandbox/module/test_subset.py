"""What of Python module isolation takes: docs/module-isolation.md says nothing else."""

from __future__ import annotations

import asyncio
import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import ModuleUnsupported
from skillpod.model.capability import Isolation
from skillpod.model.command import OWNER
from skillpod.sandbox.module.facades import offered
from skillpod.sandbox.module.program import compiled
from skillpod.sandbox.module.words import INSTEAD_OF_NAME
from tests.sandbox.module.opened import in_process
from tests.sandbox.module.subset import REFUSED, TAKEN
from tests.sandbox.module.test_attacks import TOOL
from tests.support.guests import launch

PAGE = (Path(__file__).parents[3] / "docs" / "module-isolation.md").read_text()


def rows(title: str) -> list[list[str]]:
    """The cells of each row of the table under a title of the page."""
    section = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:] if not line.startswith("|--")]


def faults(code: str) -> ModuleUnsupported:
    with pytest.raises(ModuleUnsupported) as refused:
        compiled(launch(f"{code}\n", isolation=Isolation.MODULE, tools=()))
    return refused.value


@pytest.mark.parametrize("code", TAKEN.values(), ids=TAKEN)
def test_a_construct_is_taken_and_works_as_in_plain_python(code: str) -> None:
    names: dict[str, Any] = {}
    exec(compile(code, "plain", "exec", dont_inherit=True), names)
    assert names["attack"]()

    async def scenario() -> None:
        async with in_process(code + TOOL) as guests:
            assert (await guests.call("answer", {}, OWNER)).value is True

    asyncio.run(scenario())


@pytest.mark.parametrize(("code", "message", "fix"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_the_file_the_line_the_construct_and_what_to_write(code: str, message: str, fix: str) -> None:
    refused = faults(f"x = 1\n{code}")
    assert refused.message == message
    assert re.fullmatch(r"handler\.py:[2-4]:\d+", refused.at)
    assert refused.hint.startswith(fix)


def test_everything_that_is_not_taken_is_told_at_once() -> None:
    refused = faults("import os\n__x = 1\nfrom math import *")
    assert [reason.at for reason in refused.reasons] == ["handler.py:1:1", "handler.py:2:1", "handler.py:3:1"]
    assert "3 things" in refused.message


def test_code_that_is_nested_too_deeply_is_refused_in_words() -> None:
    refused = faults(f"def f(value): return value{'.a' * 900}")
    assert (refused.message, refused.at) == ("it is nested too deeply", "handler.py:1:1")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="needs the syntax of Python 3.12")
def test_newer_syntax_is_refused_until_somebody_has_looked_at_it() -> None:
    assert faults("type Rows = list[str]").message == "the `type` statement is not supported"
    assert faults("def f[T](x: T): pass").message == "a type parameter in brackets is not supported"


def test_the_page_lists_what_is_taken_and_what_is_refused_word_for_word() -> None:
    assert [row[0] for row in rows("What is taken")] == list(TAKEN)
    assert rows("What is refused") == [[name, message, fix] for name, (_, message, fix) in REFUSED.items()]


def test_the_page_lists_the_modules_and_what_each_offers() -> None:
    documented = {row[0].strip("`"): set(row[1].split()) for row in rows("What can be imported")}
    found = dict(offered())
    assert {module for module, names in found.items() if names} == set(documented)
    for module, names in documented.items():
        assert found[module] <= names
        real = importlib.import_module("skillpod.sdk" if module == "skillpod" else module)
        assert all(not hasattr(real, name) for name in names - found[module])  # of another version of Python


def test_a_name_of_one_s_own_may_be_that_of_a_built_in_that_is_not_there() -> None:
    for name in INSTEAD_OF_NAME:
        compiled(launch(f"def f({name}): return {name}\n{name} = f(1)\n", isolation=Isolation.MODULE, tools=()))


def test_modules_of_the_skill_see_each_other_in_every_way_and_nothing_in_sys_modules() -> None:
    handler = """
import helper
import deep.inner as inner
from . import helper as again
from .deep import VALUE, inner as third
from deep.inner import NAME
from skillpod import tool


@tool
def answer() -> list[object]:
    '''Use them.'''
    return [helper._private, again is not None, inner.NAME, VALUE, third.NAME, NAME, __name__.startswith("skillpod_module.")]
"""
    files = {
        "helper.py": b"from deep import VALUE\n_private = VALUE + 1\n",
        "deep/__init__.py": b"VALUE = 1\n",
        "deep/inner.py": b"from .. import helper\nfrom ..deep import VALUE\nNAME = 'inner'\ndef later(): return helper\n",
        "json.py": b"raise RuntimeError('the standard library wins')\n",
        "tests/test_it.py": b"import os\n",
    }
    before = set(sys.modules)

    async def scenario() -> Any:
        async with in_process(handler, files=files) as guests:
            return (await guests.call("answer", {}, OWNER)).value

    assert asyncio.run(scenario()) == [2, True, "inner", 1, "inner", "inner", True]
    assert not [name for name in set(sys.modules) - before if "helper" in name or "skillpod_module" in name]


def test_what_is_imported_inside_a_function_is_looked_at_too() -> None:
    refused = faults("def f():\n    import helper\n    import subprocess\n")
    assert refused.reasons[0].at == "handler.py:2:5"
    assert refused.reasons[1].at == "handler.py:3:5"


def test_a_fault_in_another_file_names_that_file() -> None:
    with pytest.raises(ModuleUnsupported) as refused:
        compiled(launch("import helper\n", files={"helper.py": b"\nimport os\n"}, isolation=Isolation.MODULE, tools=()))
    assert refused.value.at == "helper.py:2:1"
