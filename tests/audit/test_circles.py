"""Names that are bound to one another in circles, held against the plain closure of who gets a value from whom."""

from __future__ import annotations

import ast
import random
from collections.abc import Mapping

import pytest

from skillpod.audit.facts import What
from skillpod.audit.holders import Whole
from skillpod.audit.modules import Modules
from skillpod.audit.reach import Reader
from skillpod.audit.source import read_source

_FILES = ("handler.py", "other.py")
_PROGRAMS = 300


def program(chance: random.Random, files: tuple[str, ...]) -> tuple[dict[str, str], dict[str, set[str]], set[str]]:
    """Texts by file; who gets a value from whom; who is os from the start. A name is ``file:name``."""
    names = [f"{file}:v{number}" for file in files for number in range(chance.randint(2, 6))]
    lines: dict[str, list[str]] = {file: [] for file in files}
    gets: dict[str, set[str]] = {name: set() for name in names}
    modules: set[str] = set()
    for _ in range(3 * len(names)):
        taker = chance.choice(names)
        file, _, short = taker.partition(":")
        here = [name for name in names if name.startswith(file)]
        one, two = (chance.choice(here).partition(":")[2] for _ in range(2))
        giver = chance.choice(names)
        other, _, given = giver.partition(":")
        kind = chance.random()
        if kind < 0.1:
            lines[file].append(f"import os as {short}")
            modules.add(taker)
        elif other != file:
            lines[file].append(f"from .{other.removesuffix('.py')} import {given} as {short}")
            gets[taker].add(giver)
        else:
            form = chance.choice(
                (f"{short} = {one} if {two} else {two}", f"{short} = {one} or {two}", f"for {short} in ({one}, {two}): pass")
            )
            lines[file].append(form)
            gets[taker] |= {f"{file}:{one}", f"{file}:{two}"}
    return {file: "\n".join(text) + "\n" for file, text in lines.items()}, gets, modules


def closure(gets: Mapping[str, set[str]], modules: set[str]) -> set[str]:
    found, before = set(modules), -1
    while len(found) != before:
        before = len(found)
        found |= {taker for taker, givers in gets.items() if givers & found}
    return found


@pytest.mark.parametrize("files", [_FILES[:1], _FILES], ids=["one_file", "two_files"])
def test_every_name_in_a_circle_is_what_any_of_its_givers_is(files: tuple[str, ...]) -> None:
    wrong = []
    for seed in range(_PROGRAMS):
        chance = random.Random(seed)
        texts, gets, modules = program(chance, files)
        whole = Whole()
        for file, text in texts.items():
            source, _ = read_source(file, text.encode())
            assert source is not None
            whole.readers[file] = Reader(source, Modules(texts, package=""), whole)
        names = sorted(gets)
        chance.shuffle(names)
        found = {name for name in names if _is_os(whole.readers[name.partition(":")[0]], name.partition(":")[2])}
        if found != closure(gets, modules):
            wrong.append(seed)
    assert wrong == []


def _is_os(reader: Reader, name: str) -> bool:
    node = ast.Name(id=name, ctx=ast.Load(), lineno=9999, col_offset=0)
    return any(meaning.what is What.MODULE and meaning.path == "os" for meaning in reader.lookup(node, reader.survey.module, 0))
