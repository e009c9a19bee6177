"""Patterns that are compiled later."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from skillpod.model.later import compile_waiting, later


def test_a_pattern_is_asked_as_if_it_had_been_compiled() -> None:
    pattern = later(r"(?P<first>[a-z]+)-(\d+)", re.IGNORECASE)
    for _ in range(2):
        found = pattern.fullmatch("Abc-12")
        assert found is not None
        assert found["first"] == "Abc"
        assert pattern.search("-") is None
        assert pattern.sub("x", "a-1 b-2") == "x x"
    assert pattern.groups == 2
    assert pattern.pattern == r"(?P<first>[a-z]+)-(\d+)"


def test_bytes_are_searched_by_a_pattern_of_bytes() -> None:
    assert later(rb"\x00+").findall(b"a\x00\x00b") == [b"\x00\x00"]


def test_a_fault_in_a_pattern_is_told_when_it_is_first_asked() -> None:
    broken = later("(")
    with pytest.raises(re.error):
        broken.search("")
    with pytest.raises(re.error):
        compile_waiting()


def test_every_pattern_of_the_package_can_be_compiled() -> None:
    program = "from skillpod.lifecycle.reading import prepare; prepare()"
    assert subprocess.run([sys.executable, "-W", "error", "-c", program], check=False).returncode == 0


def test_an_attribute_that_no_pattern_has_is_told() -> None:
    with pytest.raises(AttributeError):
        _ = later("x").nothing  # type: ignore[attr-defined]
