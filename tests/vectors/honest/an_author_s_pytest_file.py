# expect: none
from skillpod import tool


@tool
def double(x: int) -> int:
    """Twice x."""
    return 2 * x
--- tests/test_double.py
import importlib
import os
import subprocess
import sys
from unittest import mock

import pytest

sys.path.insert(0, os.path.dirname(__file__))
handler = importlib.import_module("handler")


@pytest.mark.parametrize("x", [1, 2])
def test_double(x, monkeypatch):
    monkeypatch.setattr(os, "getcwd", lambda: "/")
    with mock.patch("handler.double"):
        pass
    assert eval("1+1") == 2
    subprocess.run(["true"])
