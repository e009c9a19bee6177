"""Our own evasions must be caught, our own honest look-alikes must pass."""

from __future__ import annotations

import pytest

from skillpod.audit.run import run
from skillpod.model.finding import Severity, Verdict
from tests.audit.vectors import Vector, vectors

MALICIOUS = vectors("malicious")
HONEST = vectors("honest")


@pytest.mark.parametrize("vector", MALICIOUS, ids=lambda vector: vector.name)
def test_an_evasion_is_caught_by_the_rule_it_is_meant_for(vector: Vector) -> None:
    report = run(vector.bundle, vector.manifest)
    caught = {finding.rule for finding in report.findings if finding.severity is not Severity.NOTICE}
    assert vector.expected in caught
    assert report.verdict is not Verdict.ALLOW


@pytest.mark.parametrize("vector", HONEST, ids=lambda vector: vector.name)
def test_honest_code_passes(vector: Vector) -> None:
    report = run(vector.bundle, vector.manifest)
    raised = {finding.rule for finding in report.findings if finding.severity is not Severity.NOTICE}
    assert raised == ({vector.expected} - {"none"})
    assert report.verdict is (Verdict.REVIEW if raised else Verdict.ALLOW)


def test_there_are_enough_vectors_and_none_is_there_twice() -> None:
    assert len(MALICIOUS) >= 250
    assert len(HONEST) >= 120
    digests = [vector.bundle.digest for vector in (*MALICIOUS, *HONEST)]
    assert len(digests) == len(set(digests))


MOVABLE = [vector for vector in MALICIOUS if not any(b"handler" in content for content in vector.bundle.files.values())]
"""Those that do not import themselves by the name of their file."""


@pytest.mark.parametrize("vector", MOVABLE, ids=lambda vector: vector.name)
def test_an_evasion_is_caught_wherever_it_stands(vector: Vector) -> None:
    """The same code as a sibling that the entry imports."""
    handler = vector.bundle.files["handler.py"]
    files = {**vector.bundle.files, "handler.py": b"from . import inner_part\n", "inner_part.py": handler}
    report = run(type(vector.bundle).freeze(files), vector.manifest)
    assert report.verdict is not Verdict.ALLOW


@pytest.mark.parametrize("vector", MALICIOUS, ids=lambda vector: vector.name)
def test_an_evasion_does_not_hide_behind_honest_code(vector: Vector) -> None:
    padding = b"import json\n\n\ndef honest(x):\n    return json.dumps(x)\n\n\n" * 3
    files = {**vector.bundle.files, "handler.py": vector.bundle.files["handler.py"] + b"\n" + padding}
    assert run(type(vector.bundle).freeze(files), vector.manifest).verdict is not Verdict.ALLOW
