"""What a handler imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import skillpod
from skillpod.sdk import MARK, Context, State, StateError, tool
from skillpod.testing import Recorder, context


def test_tool_marks_a_function_and_leaves_it_as_it_is() -> None:
    def plain(a: int) -> int:
        return a

    assert tool(plain) is plain
    assert getattr(plain, MARK) == {}
    assert plain(3) == 3


def test_tool_keeps_its_literals() -> None:
    @tool(title="Scan", read_only=True, deprecated={"replaced_by": "look"})
    def scan() -> None: ...

    assert getattr(scan, MARK) == {"title": "Scan", "read_only": True, "deprecated": {"replaced_by": "look"}}


def test_state_reads_as_a_mapping_does() -> None:
    state = context(state={"a": None, "b": 2}).state
    assert (state["a"], state.get("b"), state.get("c"), state.get("c", 5)) == (None, 2, None, 5)
    assert ("a" in state, "c" in state, sorted(state)) == (True, False, ["a", "b"])
    with pytest.raises(KeyError):
        state["c"]


def test_what_is_not_json_fails_in_the_authors_own_line() -> None:
    recorder = Recorder()
    state = State(recorder)
    for value in ({1}, float("inf"), b"", object()):
        with pytest.raises((TypeError, ValueError)):
            state["a"] = value
        with pytest.raises((TypeError, ValueError)):
            state.replace({"a": value})
    assert recorder.state == {}


def test_the_logger_formats_exceptions_and_belongs_to_its_context_alone() -> None:
    first, second = Recorder(), Recorder()
    ctx, other = context(recorder=first), context(recorder=second)
    try:
        raise ValueError("no")
    except ValueError:
        ctx.logger.exception("failed")
    other.logger.debug("quiet")
    assert first.logs[0][0] == "ERROR"
    assert "ValueError: no" in first.logs[0][1]
    assert second.logs == [("DEBUG", "quiet")]


def test_config_is_the_contexts_own() -> None:
    config: dict[str, Any] = {"a": 1}
    ctx = Context(channel=Recorder(), config=config, files={})
    ctx.config["a"] = 2
    assert config == {"a": 1}


def test_the_public_names_are_the_same_objects() -> None:
    assert skillpod.tool is tool
    assert skillpod.Context is Context
    assert issubclass(StateError, Exception)


def test_the_file_needs_the_standard_library_only() -> None:
    """Inside a guest it is ``skillpod``, with no site-packages and nothing of the host's."""
    file = Path(skillpod.__file__).parent / "sdk.py"
    script = f"import runpy; names = runpy.run_path({str(file)!r}); assert names['tool'] and names['Context']"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", script], check=True)
