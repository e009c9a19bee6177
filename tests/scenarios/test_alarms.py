"""False alarms on others' code are counted, judged by what a reader wrote down, and told with the places."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import packages as installed
from benchmarks.alarms import TRIAGE, Kind, Opinion, Reading, judge, kinds, page
from benchmarks.packages import Package, examples, packages
from benchmarks.peers.shape import Absent
from skillpod.model.bundle import Bundle

KINDS = (
    Kind(("IMP-001",), Opinion.ARGUABLE, "In a pager.", files=("*/pager.py",)),
    Kind(("IMP-001",), Opinion.RIGHT, "Programs are started.", subjects=("subprocess*",)),
    Kind(("DYN-001",), Opinion.WRONG, "Only a comparison.", code=r" is eval"),
)


def _reading(**files: str) -> Reading:
    bundle = Bundle.freeze({f"left/{name}.py": text.encode() for name, text in files.items()})
    return judge(Package("left", "1.0", len(files), 0, bundle), KINDS)


def test_the_first_kind_that_fits_judges_a_finding_and_what_none_fits_is_not_judged() -> None:
    reading = _reading(pager="import subprocess\n", other="import subprocess\nx = eval\n")
    opinions = {(each.finding.file, each.finding.rule): each.kind.opinion for each in reading.judged}
    assert opinions == {
        ("left/pager.py", "IMP-001"): Opinion.ARGUABLE,
        ("left/other.py", "IMP-001"): Opinion.RIGHT,
        ("left/other.py", "DYN-001"): Opinion.NONE,
    }


def test_the_page_names_the_package_the_counts_and_the_place() -> None:
    text = page([_reading(other="import subprocess\nx = eval\n")])
    assert re.search(r"\| left 1\.0 +\| 1 +\| 0 +\| 0 +\| 2 +\|", text)
    assert "### IMP-001" in text
    assert "- **right**, 1 in left. Programs are started.\n  - left/other.py:1 `import subprocess`" in text
    assert "- **not judged**, 1 in left." in text


def test_what_readers_wrote_is_well_formed() -> None:
    written = kinds(TRIAGE.read_text("utf-8"))
    assert all(kind.words.endswith(".") and kind.opinion is not Opinion.NONE for kind in written)
    assert all(re.fullmatch(r"[A-Z]{3}-\d{3}", rule) for kind in written for rule in kind.rules)
    assert all(re.compile(kind.code) for kind in written)
    with pytest.raises(ValueError, match="has no 'rule'"):
        kinds("- {rule: IMP-001, opinion: right, words: x}")


def test_examples_are_the_blocks_of_a_description_and_what_docstrings_show() -> None:
    readme = "Name: left\n\n```python\nimport left\n```\n\n```console\n$ left\n```\n\n.. code-block:: python\n\n    left.pad('x')\n\nEnd\n"
    module = b'def pad(text):\n    """Pads.\n\n    >>> pad("x")\n    \' x\'\n    >>> for c in "ab":\n    ...     pad(c)\n    """\n'
    assert list(examples(readme, {"left.py": module})) == ["import left\n", "left.pad('x')\n\n", 'pad("x")\nfor c in "ab":\n    pad(c)\n']


def test_packages_that_are_not_installed_say_how_to_have_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installed, "ENVIRONMENT", tmp_path)
    with pytest.raises(Absent, match=r"make \.environments/alarms"):
        list(packages())
