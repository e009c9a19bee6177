"""A bundle that gets the better of the audit is denied, with one finding that says how; nothing else happens."""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skillpod.audit import run as audit
from skillpod.audit.facts import Reading
from skillpod.intake.snapshot import freeze
from skillpod.lifecycle import reading
from skillpod.lifecycle.apart import forked, helper
from skillpod.lifecycle.pipeline import Examiner
from skillpod.lifecycle.reading import asked, heard
from skillpod.model.bundle import Bundle
from skillpod.model.ended import Ended
from skillpod.model.finding import Finding, Verdict
from skillpod.model.manifest import Manifest
from skillpod.sandbox.apart import ForkedApart
from skillpod.sandbox.throwaway import MIB, Bounds
from tests.support.apart import Here
from tests.support.skills import write_skill

BOUNDS = Bounds(memory=128 * MIB, cpu=5, wall=3.0, answer=MIB)
SINK = 3


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return freeze(write_skill(tmp_path, "demo"))


def eat() -> None:
    held = []
    while True:
        held.append(bytearray(1 << 20))


def hang() -> None:
    while True:
        pass


def crash() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(0)


def garbage() -> None:
    os.write(SINK, b"\xff{")
    os._exit(0)


def flood() -> None:
    while True:
        os.write(SINK, b"x" * 65536)


def nest() -> None:
    os.write(SINK, b"[" * 60_000)
    os._exit(0)


def forge() -> None:
    """A report of another bundle."""
    os.write(SINK, json.dumps([{"report": Here_report(), "faults": [], "skill": ""}]).encode())
    os._exit(0)


def Here_report() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Here().run(asked([(Bundle.freeze({"handler.py": b"x = 1\n"}), "")])))[0]["report"]
    return told


ATTACKS = {
    eat: "the audit ran out of its 128 MiB of memory",
    hang: "the audit was killed after 3 s",
    crash: "the audit was ended by SIGSEGV",
    leave: "the audit answered with what is no report",
    garbage: "the audit answered with what is no report",
    nest: "the audit answered with what is no report",
    flood: "the audit answered with more than 1 MiB",
    forge: "the audit answered with what is no report",
}


def with_rule(attack: Callable[[], None]) -> Callable[[bytes], bytes]:
    """The real audit with one rule more, which does that to the process it runs in."""

    def rule(_reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
        attack()
        return iter(())

    def read(request: bytes) -> bytes:
        defaults: Any = audit.run.__kwdefaults__
        defaults["rules"] = (*audit.RULES, rule)
        return reading.read(request)

    return read


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_bundle_that_ends_its_audit_is_denied(bundle: Bundle, attack: Callable[[], None]) -> None:
    apart = ForkedApart(with_rule(attack), bounds=BOUNDS)
    survey = Examiner(apart).survey(bundle, folder="demo")
    apart.close()
    (found,) = survey.report.findings
    assert (found.rule, found.message) == ("AUD-001", ATTACKS[attack])
    assert survey.report.verdict is Verdict.DENY
    assert (survey.manifest, survey.tools) == (None, ())  # nobody here parsed what ended a parser
    assert [fault.code for fault in survey.faults] == ["audit_denied"]


def test_the_audit_is_the_same_here_in_a_fork_and_from_a_helper(tmp_path: Path) -> None:
    write_skill(tmp_path, "good")
    write_skill(tmp_path, "broken", handler="def (:\n")
    write_skill(tmp_path, "denied", files={"more.py": "import os\nos.system('x')\n"})
    write_skill(tmp_path, "faulty", manifest="name: other\nversion: 1\n")
    named = [(freeze(folder), folder.name) for folder in sorted(tmp_path.iterdir())]
    here = [Here().run(asked([each])) for each in named]
    with_helper = helper()
    try:
        assert [with_helper.run(asked([each])) for each in named] == here
    finally:
        with_helper.close()
    assert list(forked().each([asked([each]) for each in named])) == here


def test_several_bundles_are_read_in_one_process_and_each_alone_when_that_one_ends(tmp_path: Path) -> None:
    bundles = [(freeze(write_skill(tmp_path, name)), name) for name in ("alpha", "beta", "gamma")]
    whole = Examiner(Here()).survey_again(bundles)
    assert [survey.require().name for survey in whole] == ["alpha", "beta", "gamma"]

    class Fragile(Here):
        """Ends when beta is among what it reads."""

        def run(self, request: bytes) -> Any:
            return Ended("was ended by SIGSEGV") if b"beta" in request else super().run(request)

    surveys = Examiner(Fragile()).survey_again(bundles)
    assert [survey.report.verdict for survey in surveys] == [Verdict.ALLOW, Verdict.DENY, Verdict.ALLOW]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.pop("report"),
        lambda said: said["report"].pop("findings"),
        lambda said: said["report"].update(more=1),
        lambda said: said["report"].update(digest=None),
        lambda said: said["report"].update(findings=[{}]),
        lambda said: said["report"].update(findings={}),
        lambda said: said.update(faults={}),
        lambda said: said.update(faults=["x"]),
        lambda said: said.update(faults=[{"reasons": 1}]),
        lambda said: said.update(skill=None),
    ],
)
def test_an_answer_in_any_other_shape_is_none(bundle: Bundle, change: Callable[[dict[str, Any]], object]) -> None:
    said = json.loads(Here().run(asked([(bundle, "demo")])))
    assert heard(json.dumps(said).encode(), [bundle])[0].is_whole
    change(said[0])
    (seen,) = heard(json.dumps(said).encode(), [bundle])
    assert not seen.is_whole
    assert seen.report.verdict is Verdict.DENY


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b"[1]", b"null", b"\xff", b"NaN", b'"x"', b"[{}, {}]", b"1" * 5000])
def test_bytes_that_are_no_answer_are_a_denial(bundle: Bundle, answer: bytes) -> None:
    (seen,) = heard(answer, [bundle])
    assert not seen.is_whole
    assert seen.report.findings[0].rule == "AUD-001"


def test_what_is_rehearsed_is_a_skill_in_order() -> None:
    """Else its tools are not read, and each fork imports anew what reads them."""
    (said,) = json.loads(reading.read(asked([(Bundle.freeze(reading._REHEARSED), "rehearsed")])))
    assert said["faults"] == []
    assert said["skill"] == "rehearsed"
