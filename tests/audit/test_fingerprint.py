"""A fingerprint stays while the code says the same, and changes when it says something else."""

from __future__ import annotations

import ast

import pytest

from skillpod.audit.fingerprint import normal
from skillpod.audit.run import run
from skillpod.model.bundle import Bundle
from skillpod.model.digest import is_digest
from skillpod.model.finding import Finding, Severity

CODE = """\
import json

def pick(row, name):
    if name:
        return getattr(row, name)
    return json.dumps(row)
"""


def found(code: str, rule: str = "REF-003", file: str = "handler.py") -> list[Finding]:
    report = run(Bundle.freeze({file: code.encode()}), None)
    return [finding for finding in report.findings if finding.rule == rule]


def fingerprint(code: str, file: str = "handler.py") -> str:
    (finding,) = found(code, file=file)
    assert is_digest(finding.fingerprint)
    return finding.fingerprint


@pytest.mark.parametrize(
    "same",
    [
        f"# a comment\n\n\n{CODE}",
        CODE.replace("def pick", "\n\ndef pick"),
        CODE.replace("    if name:\n", "    # why\n\n    if name:  # so\n"),
        CODE.replace("getattr(row, name)", "getattr(\n            row,\n            name,\n        )"),
        CODE.replace("import json", "import json\nimport math"),
        CODE.replace("    if name", "\tif name")
        .replace("    return json", "\treturn json")
        .replace("        return get", "\t\treturn get"),
        CODE + "\ndef other():\n    return 1\n",
    ],
)
def test_layout_and_what_stands_elsewhere_do_not_matter(same: str) -> None:
    assert same != CODE
    assert fingerprint(same) == fingerprint(CODE)


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("if name", "if row"),
        CODE.replace("getattr(row, name)", "getattr(row, name, None)"),
        CODE.replace("def pick(row, name)", 'def pick(row, name="x")'),
        CODE.replace("json.dumps(row)", "json.dumps(name)"),
        CODE.replace("def pick", "@staticmethod\ndef pick"),
    ],
)
def test_another_function_has_another(other: str) -> None:
    assert fingerprint(other) != fingerprint(CODE)


def test_another_file_has_another() -> None:
    assert fingerprint(CODE, file="other.py") != fingerprint(CODE)


def test_outside_of_functions_it_is_the_statement_and_all_that_share_its_line() -> None:
    alone = fingerprint("row = object()\nname = str(row)\nvalue = getattr(row, name)\nmore = 1\n")
    assert fingerprint("row = object()\nname = str(row)\nvalue = getattr(row, name)\nmore = 2\n") == alone
    shared = fingerprint("row = object()\nname = str(row)\nvalue = getattr(row, name); more = 1\n")
    assert shared != alone
    assert fingerprint("row = object()\nname = str(row)\nvalue = getattr(row, name); more = 2\n") != shared


def test_a_second_finding_on_an_accepted_line_has_its_own() -> None:
    first, second = found("def pick(a, b, c):\n    return getattr(a, b), getattr(a, c)\n")
    assert first.subject != second.subject
    assert first.fingerprint != second.fingerprint


def test_a_text_that_is_no_code_is_bound_by_its_line() -> None:
    def of(text: str) -> str:
        report = run(Bundle.freeze({"SKILL.md": text.encode()}), None)
        return next(finding.fingerprint for finding in report.findings if finding.rule == "SKL-011")

    head = "---\nname: x\ndescription: y\n---\n"
    assert of(f"{head}<!-- a -->\n") == of(f"{head}\n\n  <!--  a -->  \n")
    assert of(f"{head}<!-- a -->\n") != of(f"{head}<!-- b -->\n")


def test_a_file_as_such_is_its_subject_and_is_bound_by_its_content() -> None:
    one, other = (run(Bundle.freeze({"x.bin": b"\x7fELF" + more}), None).findings[0] for more in (b"1", b"2"))
    assert (one.rule, one.subject) == ("FIL-003", "x.bin")
    assert one.fingerprint != other.fingerprint


def test_every_literal_has_a_normal_form_of_its_own() -> None:
    literals = [
        "1",
        "True",
        "1.0",
        "1j",
        "'1'",
        "b'1'",
        "...",
        "None",
        "[]",
        "[1]",
        "()",
        "{}",
        "f'{1}'",
        "f'{1!r}'",
        "'a' 'b'",
        "-1",
        "{**{}}",
    ]
    forms = {normal([ast.parse(literal)]) for literal in literals}
    assert len(forms) == len(literals)
    assert normal([ast.parse("'a' 'b'")]) == normal([ast.parse('"ab"')])
    assert "0x" in normal([ast.parse("0x" + "f" * 20_000)])


def test_columns_count_characters() -> None:
    (finding,) = found('def pick(a, b):\n    return "äöü€😀", getattr(a, b)\n')
    assert (finding.line, finding.column) == (2, 21)
    assert finding.end_column == 34


def test_a_module_that_comes_in_elsewhere_is_a_finding_of_its_own() -> None:
    """An accepted function reads a name of the module: what that name becomes later is not accepted with it."""
    reads = "def pick(name):\n    return getattr(row, name)\n"
    report = run(Bundle.freeze({"handler.py": f"row = {{}}\n{reads}".encode()}), None)
    before = {(finding.rule, finding.fingerprint) for finding in report.findings}
    for bound in ("import os as row\n", "import os\nrow = os\n", "import os\nrow = {}\ndef set():\n    global row\n    row = os\n"):
        report = run(Bundle.freeze({"handler.py": f"{bound}{reads}".encode()}), None)
        after = {(finding.rule, finding.fingerprint) for finding in report.findings if finding.severity is Severity.DENY}
        assert after - before
