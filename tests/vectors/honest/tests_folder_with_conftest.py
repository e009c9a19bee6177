# expect: none
"""Tests folder with conftest."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Tests folder with conftest."
--- tests/conftest.py
import pytest
--- tests/test_x.py
def test_x():
    assert True
