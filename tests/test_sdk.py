"""What a handler imports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import skillpod
from skillpod.sdk import MARK, Audio, Content, Context, File, Image, State, StateError, tool
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


def test_content_says_what_it_is_unless_told_otherwise() -> None:
    assert [made.mime for made in (Image(b"x"), Audio(b"x"), File("a.txt", "x"))] == ["image/png", "audio/wav", "text/plain"]
    assert File("a.bin", b"x", "application/x-thing+zip").data == b"x"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Image("text"), "the data of Image is bytes, not str"),  # type: ignore[arg-type]  # an author's mistake
        (lambda: Audio(bytearray(1)), "the data of Audio is bytes, not bytearray"),  # type: ignore[arg-type]  # an author's mistake
        (lambda: File("a", None), "the data of File is bytes or str, not NoneType"),  # type: ignore[arg-type]  # an author's mistake
        (lambda: Image(b"x", "png"), "expected a media type"),
        (lambda: Image(b"x", "image/png\n"), "expected a media type"),
        (lambda: File("a", "x", "text/plain; charset=utf-8"), "without parameters"),
        (lambda: Image(b"x", "text/html"), "return a File"),
        (lambda: Audio(b"x", "video/mp4"), "return a File"),
        (lambda: File("../a", "x"), "no folder in it"),
        (lambda: File("a\\b", "x"), "no folder in it"),
        (lambda: File("..", "x"), "no folder in it"),
        (lambda: File("", "x"), "1 to 128 visible characters"),
        (lambda: File("a\u202egnp.exe", "x"), "1 to 128 visible characters"),
        (lambda: File("a" * 129, "x"), "1 to 128 visible characters"),
    ],
)
def test_what_is_no_content_fails_in_the_authors_own_line(make: Callable[[], object], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        make()


def test_the_public_names_are_the_same_objects() -> None:
    assert skillpod.tool is tool
    assert skillpod.Context is Context
    assert (skillpod.Image, skillpod.Audio, skillpod.File, skillpod.Content) == (Image, Audio, File, Content)
    assert issubclass(StateError, Exception)


def test_the_file_needs_the_standard_library_only() -> None:
    """Inside a guest it is ``skillpod``, with no site-packages and nothing of the host's."""
    file = Path(skillpod.__file__).parent / "sdk.py"
    script = f"import runpy; names = runpy.run_path({str(file)!r}); assert names['tool'] and names['Context']"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", script], check=True)
