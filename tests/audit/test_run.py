"""The audit as a whole: what it promises whatever it is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.audit import run as audit
from skillpod.audit.facts import Reading
from skillpod.audit.run import run
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NetworkAsk, Permissions, Tier
from skillpod.model.finding import CapabilityUse, Finding, Report, Severity, Verdict
from skillpod.model.manifest import Manifest
from tests.audit.vectors import vectors

MANIFEST = Manifest(name="probe_skill", version="1.0.0", description="A probe.", author="A. Tester")


def report_of(source: str | bytes, manifest: Manifest | None = None, **others: str) -> Report:
    content = source if isinstance(source, bytes) else source.encode()
    files = {name.replace("__", "/") + ".py": text.encode() for name, text in others.items()}
    return run(Bundle.freeze({"handler.py": content, **files}), manifest)


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def text_of(report: Report) -> str:
    return json.dumps([finding.as_dict() for finding in report.findings])


def only(report: Report, rule: str) -> Finding:
    (found,) = [finding for finding in report.findings if finding.rule == rule]
    return found


def test_a_finding_says_what_where_why_and_what_to_do() -> None:
    report = report_of("import json\nfrom os import popen as load_rows\n\n\nprint(load_rows('id'))\n")
    use = [finding for finding in report.findings if finding.line == 5]
    assert [(finding.rule, finding.at) for finding in use] == [("IMP-001", "handler.py:5:7")]
    assert use[0].message == "`load_rows` is os.popen, bound in line 2: runs other programs"
    assert "`tier: system` and `permissions: {programs: [id]}`" in use[0].fix


def test_a_report_names_the_digest_it_is_of() -> None:
    bundle = Bundle.freeze({"handler.py": b"x = 1\n"})
    assert run(bundle, None).digest == bundle.digest


def test_the_same_bundle_gives_the_same_bytes() -> None:
    for vector in vectors("malicious")[:40]:
        first, second = run(vector.bundle, None), run(vector.bundle, None)
        assert json.dumps([finding.as_dict() for finding in first.findings]) == json.dumps(
            [finding.as_dict() for finding in second.findings]
        )
        assert first == second


def test_findings_are_in_the_order_of_file_line_column_and_rule() -> None:
    report = report_of("import socket, subprocess\neval('1')\n", alpha="import pickle\n")
    places = [(finding.file, finding.line, finding.column, finding.rule) for finding in report.findings]
    assert places == sorted(places)


def test_a_rule_that_crashes_is_a_denial() -> None:
    def crash(_reading: Reading, _manifest: Manifest | None) -> Iterator[Finding]:
        raise ZeroDivisionError

    report = run(Bundle.freeze({"handler.py": b"x = 1\n"}), None, rules=(crash,))
    assert report.verdict is Verdict.DENY
    assert rules(report) == {"AUD-001"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"x = '\xff'\n", "SRC-001"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1"), "SRC-002"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=utf_7 :\nx = 1\n", "SRC-002"),
        (b"\x0c# coding: rot13\nx = 1\n", "SRC-002"),
        (b"x = 1 # coding: utf-7\n", ""),
        (b"\n\n# coding: utf-7\n", ""),
        (b"# -*- coding: utf-8 -*-\n", ""),
        (b"x = 1\0\n", "SRC-003"),
        (b"x = 1\ry = 2\n", "SRC-003"),
        (b"x = '\x1b[2J'\n", "SRC-003"),
        (b"x = 1\n\x0c\ny = 2\n", ""),
        (b"if x:\n  a\n\x0c  b\n", "SRC-003"),
        (b"\xef\xbb\xbfx = 1\n", "SRC-004"),
        ("x = 'a\u202eb'\n".encode(), "SRC-005"),
        ("x = 'a\u200db'\n".encode(), "SRC-005"),
        (b"def (:\n", "SRC-006"),
        (b"x = (" * 300 + b"1" + b")" * 300, "SRC-006"),
        (b"x = " + b"-" * 100_000 + b"1\n", "SRC-007"),
        (b"x = 1\n" * 200_000, "SRC-007"),
        (b"x" + b".a" * 5000 + b"\n", "SRC-007"),
        (b"x = " + b"f(" * 90 + b")" * 90 + b"\n", ""),
        (b"x = " + b"+".join([b"'a'"] * 300) + b"\n", ""),
        ("x = 1;" + " " * 200 + "y = 2\n", "SRC-009"),
        ("def ﬁnd(): pass\n".encode(), "SRC-008"),
        ("раypal = 1\n".encode(), "SRC-008"),
        ("x = f'{раypal}'\n".encode(), "SRC-008"),
        ("x = f'раypal'\n".encode(), ""),
        ("a\u0332b = 1\n".encode(), "SRC-008"),
        ("# “ﬁle”\nx = '，ﬁnd'\n".encode(), ""),
        ("# a\x85b\n".encode(), "SRC-003"),
        ("x = 1\n" + "\n" * 200 + "y = 2\n", "SRC-009"),
        ("x = 1\n" + "\n" * 200, ""),
        ("x = 1;" + " " * 70 + "y = 2;" + " " * 70 + "z = 3;" + " " * 70 + "w = 4\n", "SRC-010"),
        (b"", ""),
    ],
)
def test_source_that_can_hide_something_is_denied(content: bytes | str, rule: str) -> None:
    report = report_of(content)
    serious = {finding.rule for finding in report.findings if finding.severity is not Severity.NOTICE}
    assert serious == ({rule} if rule else set())


def test_more_python_than_is_audited_is_denied() -> None:
    block = b"x = 1\n" * 150_000
    report = run(Bundle.freeze({f"part{number}.py": block for number in range(5)}), None)
    assert rules(report) == {"SRC-007"}
    assert report.verdict is Verdict.DENY


def test_a_tree_with_too_many_nodes_is_denied() -> None:
    report = report_of(b"[" + b"1," * 400_000 + b"]\n")
    assert rules(report) == {"SRC-007"}


def test_findings_beyond_the_limit_are_counted_and_the_worst_are_kept() -> None:
    report = report_of("class A:\n  def f(self, n):\n" + "    getattr(self, n)\n" * 600 + "    eval(n)\n")
    assert len(report.findings) == audit.MAX_FINDINGS + 1
    assert {"DYN-001", "AUD-002"} <= rules(report)


def test_a_test_that_nothing_imports_is_only_noted() -> None:
    report = report_of("x = 1\n", tests__test_x="import pytest\nimport subprocess\n")
    assert {finding.severity for finding in report.findings} == {Severity.NOTICE}
    assert rules(report) == {"IMP-001", "IMP-004"}
    assert report.capabilities == ()


def test_a_test_that_does_not_parse_is_only_noted() -> None:
    report = report_of("x = 1\n", tests__test_x="def (:\n")
    assert report.verdict is Verdict.ALLOW
    assert only(report, "SRC-006").severity is Severity.NOTICE


@pytest.mark.parametrize(
    "statement",
    [
        "from .tests import evil",
        "import tests.evil",
        "from tests.evil import x",
        "from .tests.evil import x as y",
        "import probe_skill.tests.evil",
        "from probe_skill.tests import evil",
        "def f():\n    from . import tests\n    from .tests import evil",
        "from tests import *",
    ],
)
def test_a_test_that_the_skill_imports_is_judged_as_its_code(statement: str) -> None:
    files = {"handler.py": f"{statement}\n".encode(), "tests/evil.py": b"x = eval\n", "tests/__init__.py": b"from . import evil\n"}
    assert run(Bundle.freeze(files), MANIFEST).verdict is Verdict.DENY


def test_python_under_another_spelling_of_its_suffix_is_audited() -> None:
    assert run(Bundle.freeze({"handler.py": b"", "x.PY": b"eval('1')\n"}), None).verdict is Verdict.DENY


# --- files -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("helper.pyc", b"\xa7\r\r\n", "FIL-002"),
        ("tool.bin", b"\x7fELF\x02\x01", "FIL-003"),
        ("tool.txt", b"\xcf\xfa\xed\xfe", "FIL-003"),
        ("tool.dat", b"MZ" + b"\0" * 58 + (64).to_bytes(4, "little") + b"PE\0\0", "FIL-003"),
        ("notes.txt", b"MZ is how Windows programs begin", ""),
        ("data.json", b"{}", ""),
    ],
)
def test_files_that_are_programs_are_denied(name: str, content: bytes, rule: str) -> None:
    report = run(Bundle.freeze({"handler.py": b"", name: content}), None)
    assert rules(report) == ({rule} if rule else set())


def test_a_module_under_a_name_of_the_standard_library_is_noted() -> None:
    report = run(Bundle.freeze({"handler.py": b"import json\n", "json.py": b"x = 1\n", "skillpod/__init__.py": b""}), None)
    assert [(finding.rule, finding.file) for finding in report.findings] == [("FIL-001", "json.py"), ("FIL-001", "skillpod/__init__.py")]
    assert report.verdict is Verdict.ALLOW


def test_the_standard_library_wins_over_a_sibling_of_its_name() -> None:
    files = {"handler.py": b"import subprocess\n", "subprocess.py": b"def run(): ...\n"}
    assert run(Bundle.freeze(files), None).verdict is Verdict.DENY


# --- capabilities ----------------------------------------------------------------------------------------------------------------


def asking(**permissions: frozenset[object]) -> Manifest:
    return replace(MANIFEST, tier=Tier.SYSTEM, permissions=Permissions(**permissions))  # type: ignore[arg-type]  # SAFE: names and kinds are the test's own


ONE_HOST = frozenset({NetworkAsk("api.example.com", (443,))})
FETCH = "from urllib.request import urlopen\n\nurlopen('https://api.example.com/v1')\n"


def test_network_use_that_is_not_asked_for_is_denied() -> None:
    report = report_of(FETCH, MANIFEST)
    assert report.verdict is Verdict.DENY
    assert "CAP-001" in rules(report)


def test_network_use_that_is_asked_for_needs_a_person_where_it_is_asked_by_a_pattern() -> None:
    report = report_of(FETCH, asking(network=ONE_HOST))
    assert (report.verdict, rules(report)) == (Verdict.ALLOW, {"CAP-002"})
    wide = report_of(FETCH, asking(network=frozenset({NetworkAsk("*.example.com", (443,))})))
    assert (wide.verdict, rules(wide)) == (Verdict.REVIEW, {"CAP-002", "CAP-011"})


def test_programs_that_are_asked_for_need_a_person() -> None:
    report = report_of("import subprocess\n\nsubprocess.run(['git', 'status'])\n", asking(programs=frozenset({"git"})))
    assert report.verdict is Verdict.REVIEW
    assert CapabilityUse(kind="programs", resource="git", file="handler.py", line=3) in report.capabilities


@pytest.mark.parametrize("kind", ["network", "environment", "programs"])
def test_what_is_asked_for_and_not_used_is_noted(kind: str) -> None:
    asked = asking(**{kind: ONE_HOST if kind == "network" else frozenset({"X"})})
    assert kind in only(report_of("x = 1\n", asked), "CAP-006").message


def test_capabilities_say_what_is_used_and_where() -> None:
    source = "import os\n\nos.environ.get('TZ')\nopen('/etc/hosts')\n"
    assert report_of(source, MANIFEST).capabilities == (
        CapabilityUse(kind="environment", resource="TZ", file="handler.py", line=3),
        CapabilityUse(kind="volumes", resource="/etc/hosts", file="handler.py", line=4, access="read"),
    )


def test_an_environment_name_that_is_asked_for_is_no_finding() -> None:
    source = "import os\n\nos.environ.get('TZ')\n"
    assert rules(report_of(source, asking(environment=frozenset({"TZ"})))) == set()
    assert rules(report_of(source, MANIFEST)) == {"CAP-005"}


# --- never raises ----------------------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        *"abxo=()[]{}:,.\n\t #'\"\\*@",
        *("import os\n", "getattr(", "lambda x:", "def f(", "class A:", "return ", "global a\n", "del a\n", "__dict__", "for a in "),
        *("if a:", "match a:\n case", "f'{a}'", "async ", "await ", "yield ", ":=", "\u202e", "ﬁ", "\0", "None", "1", "eval"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_whatever_is_written_the_audit_answers(text: str) -> None:
    report = report_of(text.encode())
    assert "AUD-001" not in rules(report)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_there_are_the_audit_answers(content: bytes) -> None:
    assert "AUD-001" not in rules(report_of(content))
