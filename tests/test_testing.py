"""The Context authors test with: the same answers as the host's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from skillpod.sdk import Cancelled, FetchError, Finished, ProgramError, Response, SecretError, StateError, VolumeError
from skillpod.testing import Recorder, context


def test_a_context_has_the_folders_files_its_config_and_its_state(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text("a,b")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "data" / "table.csv")
    ctx = context(tmp_path, config={"depth": 3}, state={"count": 1})
    assert ctx.read_text("data/table.csv") == "a,b"
    assert ctx.config == {"depth": 3}
    assert ctx.state["count"] == 1
    for missing in ("__pycache__/x.pyc", "link", "../other"):
        with pytest.raises(FileNotFoundError):
            ctx.read_bytes(missing)


def test_a_context_has_the_volumes_a_test_gives_it_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("there")
    ctx = context(volumes={"data": tmp_path})
    assert (ctx.volume("data") / "a.txt").read_text() == "there"
    with pytest.raises(VolumeError, match="no volume 'other'; it has data"):
        ctx.volume("other")
    with pytest.raises(VolumeError, match="it has none"):
        context().volume("data")


def test_a_recorder_answers_for_programs_and_says_what_was_run() -> None:
    recorder = Recorder(
        programs={
            "git": "a log\n",
            "cat": lambda argv, given: given,
            "false": Finished(argv=("false",), status=1, stderr=b"no\n"),
        }
    )
    ctx = context(recorder=recorder)
    assert ctx.run(["git", "log"]).text == "a log\n"
    assert ctx.run(["cat"], stdin="ä").stdout == "ä".encode()
    with pytest.raises(ProgramError, match="false ended with status 1: no"):
        ctx.run(["false"]).check()
    with pytest.raises(ProgramError, match="no program 'rm'"):
        ctx.run(["rm", "-rf", "/"])
    assert recorder.runs == [("git", "log"), ("cat",), ("false",)]


def test_without_anything_a_context_is_empty() -> None:
    ctx = context()
    assert (ctx.config, list(ctx.state), ctx.state.version) == ({}, [], 0)
    assert ctx.remaining() == 10.0


def test_a_recorder_keeps_what_the_tool_said_and_stored() -> None:
    recorder = Recorder(state={"count": 1}, seconds=2.5)
    ctx = context(recorder=recorder)
    ctx.state["count"] += 1
    ctx.state["list"] = (1, 2)
    ctx.logger.info("bumped to %d", 2)
    ctx.progress(0.5, "half")
    del ctx.state["count"]
    assert recorder.state == {"list": [1, 2]}
    assert recorder.logs == [("INFO", "bumped to 2")]
    assert recorder.progress == [(0.5, "half")]
    assert ctx.remaining() == 2.5


def test_a_call_is_cancelled_at_the_checkpoint_its_recorder_names_and_at_those_behind_it() -> None:
    recorder = Recorder(cancel_at=2)
    ctx = context(recorder=recorder)
    ctx.checkpoint()
    for _ in range(2):
        with pytest.raises(Cancelled):
            ctx.checkpoint()
    assert recorder.checkpoints == 3
    for _ in range(3):
        context().checkpoint()


def test_values_are_copied_in_and_out_as_the_host_does() -> None:
    ctx = context(state={"list": [1]})
    ctx.state["list"].append(2)
    assert ctx.state["list"] == [1]
    mine = {"a": [1]}
    ctx.state["mine"] = mine
    mine["a"].append(2)
    assert ctx.state["mine"] == {"a": [1]}
    with pytest.raises(TypeError):
        ctx.state["odd"] = {1, 2}
    with pytest.raises(ValueError, match="JSON"):
        ctx.state["odd"] = float("nan")


def test_state_of_another_version_must_be_replaced_before_it_is_written() -> None:
    recorder = Recorder(state={"old": 1}, stored=1, declared=2)
    ctx = context(recorder=recorder)
    assert (ctx.state.version, ctx.state["old"]) == (1, 1)
    with pytest.raises(StateError, match=r"version 1 .* declares 2"):
        ctx.state["new"] = 1
    with pytest.raises(StateError):
        del ctx.state["old"]
    ctx.state.replace({"new": 1})
    ctx.state["more"] = 2
    assert (recorder.stored, recorder.state) == (2, {"new": 1, "more": 2})


def test_state_is_given_once_and_a_folder_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Recorder"):
        context(state={}, recorder=Recorder())
    with pytest.raises(NotADirectoryError):
        context(tmp_path / "nowhere")


def test_secrets_time_and_chance_are_what_the_test_says() -> None:
    recorder = Recorder(secrets={"TOKEN": "hunter2"}, now=0.5, seed=7)
    ctx = context(recorder=recorder)
    assert ctx.secret("TOKEN") == "hunter2"
    assert recorder.asked == ["TOKEN"]
    assert ctx.now().isoformat() == "1970-01-01T00:00:00.500000+00:00"
    assert ctx.seed == 7
    with pytest.raises(SecretError, match="no secret 'OTHER'"):
        ctx.secret("OTHER")
    assert context().now().year == 2026


def test_requests_are_answered_by_the_test() -> None:
    asked: list[Mapping[str, Any]] = []

    def answer(request: Mapping[str, Any]) -> Response:
        asked.append(request)
        return Response(200, {"Content-Type": "application/json"}, b'{"a": 1}', request["url"])

    response = context(recorder=Recorder(fetch=answer)).fetch("https://api.example.com/", method="POST", body="x")
    assert (response.json(), response.headers["content-type"]) == ({"a": 1}, "application/json")
    assert asked == [{"url": "https://api.example.com/", "method": "POST", "headers": {}, "body": b"x", "timeout": None}]
    with pytest.raises(FetchError, match="answers no request"):
        context().fetch("https://api.example.com/")
