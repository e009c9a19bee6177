"""A vector that is caught stays caught when it is written in another way."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pytest

from skillpod.audit.run import run
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Severity, Verdict
from tests.audit.mutations import MUTATIONS, mutants, mutated
from tests.audit.rewriting import HANDLER, Answer, Files, Mutation
from tests.audit.vectors import Vector, vectors

_ABOUT_CODE = ("IMP", "DYN", "REF", "TAM", "CAP")
_EACH_TIME = 12
"""Mutants of one vector in an ordinary run; which ones depends on its name. The soak tries all."""

_SEVERAL = 5

CODE = [vector for vector in vectors("malicious") if vector.expected.startswith(_ABOUT_CODE)]


def missed(vector: Vector, found: Iterable[tuple[Mutation, Bundle]]) -> list[str]:
    misses = []
    for mutation, bundle in found:
        report = run(bundle, None)
        rules = {finding.rule for finding in report.findings if finding.severity is not Severity.NOTICE}
        if report.verdict is Verdict.ALLOW or (mutation.answer is Answer.SAME_RULE and vector.expected not in rules):
            misses.append(f"{mutation.name}: {', '.join(sorted(rules)) or 'allowed'}")
    return misses


@pytest.mark.parametrize("vector", CODE, ids=lambda vector: vector.name)
def test_an_evasion_is_caught_however_it_is_written(vector: Vector) -> None:
    assert missed(vector, islice(mutants(vector), _EACH_TIME)) == []


@pytest.mark.soak
@pytest.mark.parametrize("vector", CODE, ids=lambda vector: vector.name)
def test_an_evasion_is_caught_in_all_ways_it_can_be_written(vector: Vector) -> None:
    assert missed(vector, mutants(vector)) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_every_mutation_applies_to_several_vectors(mutation: Mutation) -> None:
    texts = ({name: content.decode() for name, content in vector.bundle.files.items()} for vector in CODE)
    applied = islice((True for files in texts if mutated(mutation, files) is not None), _SEVERAL)
    assert len(list(applied)) == _SEVERAL


# --- mutants mean the same -------------------------------------------------------------------------------------------------------

_PROGRAM = '''
"""What it answers is put into ``answers``."""
import json
import math as numbers
import os.path
from functools import reduce

answers = []
label = "first label"


class Counter:
    step = 2

    def __init__(self):
        self.total = 0

    def add(self, count):
        self.total += count * self.step
        return self.total


def describe(value, *, suffix=""):
    text = json.dumps({"label": label, "value": value})
    try:
        int(suffix)
    except ValueError as error:
        text += error.args[0]
    return text + suffix


counter = Counter()
for count in [1, 2]:
    answers.append(counter.add(count))
answers.append(describe(3, suffix="end of text"))
answers.append(reduce(max, [1, 5, 3]))
answers.append(os.path.basename("some/folder"))
answers.append(getattr(counter, "total"))
answers.append([numbers.floor(each) for each in [1.5, 2.5]])
if numbers.pi > 3:
    answers.append("{:>10} {}".format("pi is", type(numbers.pi).__name__))
print(answers)
'''


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutant_means_the_same(
    mutation: Mutation, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = mutated(mutation, {HANDLER: _PROGRAM})
    if changed is None:
        pytest.skip("has nothing to change here")
    assert _printed({HANDLER: _PROGRAM}, tmp_path / "before", capsys, monkeypatch) in _printed(
        changed, tmp_path / "after", capsys, monkeypatch
    )


def _printed(files: Files, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    package = root / "mutated_skill"
    for name, text in {"__init__.py": "", **files}.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.syspath_prepend(str(package))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("mutated_skill", "part_a", "part_b")]:
        monkeypatch.delitem(sys.modules, name)
    importlib.import_module("mutated_skill.handler")
    return capsys.readouterr().out.splitlines()[0]
