"""Where the arguments of a call decide what it reaches."""

from __future__ import annotations

import inspect

import pytest

from skillpod.audit.facts import Use
from skillpod.audit.holders import Whole
from skillpod.audit.judgement import judged
from skillpod.audit.modules import Modules
from skillpod.audit.observe import Observer
from skillpod.audit.reach import Reader
from skillpod.audit.source import read_source
from skillpod.audit.standard import PERMITTED, Reach, is_member, reach_of_import, reach_of_reference, standing
from skillpod.audit.standard.conditions import CONDITIONS, Shape
from tests.audit.test_standard import loaded


@pytest.mark.parametrize(
    ("call", "reach"),
    [
        ("sqlite3.connect(':memory:')", Reach.PLAIN),
        ("sqlite3.connect(database=':memory:')", Reach.PLAIN),
        ("sqlite3.connect('rows.db')", Reach.FILES),
        ("sqlite3.connect(name)", Reach.FILES),
        ("sqlite3.connect(*names)", Reach.FILES),
        ("sqlite3.connect(':memory:' if name else 'rows.db')", Reach.FILES),
        ("builtins.open(name)", Reach.READING),
        ("builtins.open(name, 'rb')", Reach.READING),
        ("builtins.open(name, mode='r', encoding='utf-8')", Reach.READING),
        ("builtins.open(name, 'r+')", Reach.FILES),
        ("builtins.open(name, mode='w')", Reach.FILES),
        ("builtins.open(name, mode)", Reach.FILES),
        ("builtins.open(name, **how)", Reach.FILES),
        ("builtins.open(*how)", Reach.FILES),
        ("gzip.open(name)", Reach.READING),
        ("gzip.open(name, 'wt')", Reach.FILES),
        ("logging.basicConfig(level=1)", Reach.PLAIN),
        ("logging.basicConfig(filename='x.log')", Reach.FILES),
        ("logging.basicConfig(**settings)", Reach.FILES),
        ("inspect.signature(f)", Reach.PLAIN),
        ("inspect.signature(f, eval_str=True)", Reach.ANNOTATIONS),
        ("inspect.signature(f, **how)", Reach.ANNOTATIONS),
        ("inspect.Signature.from_callable(f, eval_str=True)", Reach.ANNOTATIONS),
        ("inspect.get_annotations(f)", Reach.PLAIN),
        ("inspect.get_annotations(f, eval_str=True)", Reach.ANNOTATIONS),
        ("argparse.ArgumentParser('x')", Reach.PLAIN),
        ("argparse.ArgumentParser(fromfile_prefix_chars='@')", Reach.READING),
        ("importlib.resources.files()", Reach.READING),
        ("importlib.resources.files(__package__)", Reach.READING),
        ("importlib.resources.files('rows.tables')", Reach.READING),
        ("importlib.resources.files('tests.tables')", Reach.LOADER),
        ("importlib.resources.files(name)", Reach.LOADER),
        ("importlib.resources.files(anchor=name)", Reach.LOADER),
        ("pkgutil.get_data(__name__, 'rows.json')", Reach.READING),
        ("pkgutil.get_data('tests', 'rows.json')", Reach.LOADER),
        ("xml.sax.parse('rows.xml', handler)", Reach.READING),
        ("xml.sax.parse('http://example.com', handler)", Reach.NETWORK),
        ("xml.sax.parse(source, handler)", Reach.NETWORK),
        ("xml.sax.make_parser()", Reach.READING),
        ("xml.sax.make_parser(['tests.evil'])", Reach.LOADER),
        ("uuid.uuid1()", Reach.MACHINE),
        ("uuid.uuid1(node)", Reach.PLAIN),
        ("email.utils.make_msgid(domain='example.com')", Reach.PLAIN),
        ("json.loads(text)", Reach.PLAIN),
    ],
)
def test_a_call_reaches_what_its_arguments_say(call: str, reach: Reach) -> None:
    assert _reach_of(call) is reach


def _uses(code: str) -> list[Use]:
    source, _ = read_source("handler.py", code.encode())
    assert source is not None
    return [fact for fact in Observer(Reader(source, Modules(["handler.py"], package="rows"), Whole())).facts() if isinstance(fact, Use)]


def _reach_of(call: str) -> Reach:
    module, _, name = call.partition("(")[0].rpartition(".")
    if module.endswith("Signature"):
        module, name = "inspect", "Signature"
    code = f"from {module} import {name}\n{call.removeprefix(f'{module}.')}\n" if module != "builtins" else call.removeprefix("builtins.")
    (use,) = [use for use in _uses(code) if use.call is not None]
    return judged(use).reach


def test_an_import_is_as_mild_as_its_mildest_call_and_a_reference_as_strong_as_its_strongest() -> None:
    assert reach_of_import("sqlite3.connect") is Reach.PLAIN
    assert reach_of_reference("sqlite3.connect") is Reach.FILES
    assert reach_of_import("xml.sax.make_parser") is Reach.READING
    assert reach_of_reference("pkgutil.get_data") is Reach.LOADER
    assert reach_of_reference("inspect.signature") is Reach.PLAIN
    assert reach_of_reference("argparse.ArgumentParser") is Reach.PLAIN


@pytest.mark.parametrize(
    ("code", "reach"),
    [
        ("isinstance(f, types.FunctionType)", Reach.PLAIN),
        ("isinstance(f, (types.LambdaType, types.FunctionType))", Reach.PLAIN),
        ("type(f) is types.FunctionType", Reach.PLAIN),
        ("def g(f: types.FunctionType) -> types.FunctionType | None: ...", Reach.PLAIN),
        ("f: types.CodeType", Reach.PLAIN),
        ("from typing import cast\ncast(types.FunctionType, f)", Reach.PLAIN),
        ("names = {types.FunctionType: 'function'}", Reach.PLAIN),
        ("types.FunctionType(code, {})", Reach.CODE),
        ("map(types.FunctionType, codes, names)", Reach.CODE),
        ("made = {'f': types.FunctionType}", Reach.CODE),
        ("types.FunctionType.__call__(code, {})", Reach.CODE),
        ("type(f)(code, {}, types.CodeType)", Reach.CODE),
        ("for make in (types.FunctionType,): make(code, {})", Reach.CODE),
        ("self.make = types.FunctionType", Reach.CODE),
    ],
)
def test_a_type_that_makes_code_may_be_looked_at(code: str, reach: Reach) -> None:
    found = {judged(use).reach for use in _uses(f"import types\n{code}\n") if use.path.startswith("types.")}
    assert (reach in found) is (reach is not Reach.PLAIN or bool(found))
    assert found <= {reach, Reach.PLAIN}


# --- the data --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(CONDITIONS))
def test_a_condition_is_of_a_listed_member_and_lessens_what_it_reaches(path: str) -> None:
    assert is_member(path)
    reaches = [condition.reach for condition in CONDITIONS[path]]
    assert standing(path).reach not in reaches
    assert standing(path).reach is not Reach.PLAIN
    if standing(path).reach in PERMITTED:
        assert set(reaches) <= PERMITTED


@pytest.mark.parametrize("path", sorted(CONDITIONS))
def test_a_condition_names_arguments_that_the_member_has_where_it_says(path: str) -> None:
    module = loaded(path.rpartition(".")[0])
    value = getattr(module, path.rpartition(".")[2], None)
    try:
        parameters = list(inspect.signature(value).parameters.values()) if callable(value) else []
    except ValueError:
        parameters = []  # written in C, without a signature
    names = [each.name for each in parameters]
    for condition in CONDITIONS[path]:
        for name in condition.names:
            if isinstance(name, str) and names and all(each.kind is not each.VAR_KEYWORD for each in parameters):
                assert name in names or len(condition.names) > 2, (path, names)
            elif isinstance(name, int) and names:
                assert names[name] in condition.names, (path, names)
        assert (condition.shape is Shape.TEXT) == bool(condition.pattern)
