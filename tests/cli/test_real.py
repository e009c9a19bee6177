"""The command line as a person has it: real processes, a real pod, the real jail."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from skillpod.cli.client import find_pod
from skillpod.cli.walls import MEANINGS
from tests.cli.conftest import CommandLine
from tests.support.skills import drop_skill, saying, write_skill

SKILLPOD = [sys.executable, "-m", "skillpod"]
PATIENCE = 60

SLEEPER = '''
import time

from skillpod import tool


@tool
def nap() -> int:
    """Sleep for longer than anyone waits."""
    time.sleep(30)
    return 1
'''


class Desk:
    """A person's desk: a skills directory, a home, and the command line on them. Commands run in this process, pods in their own."""

    def __init__(self, skills: Path, home: Path, cli: CommandLine) -> None:
        self.skills = skills
        self.home = home
        self.run = cli

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*SKILLPOD, "serve", "--no-http", "--skills", str(self.skills), "--home", str(self.home), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def desk(skills: Path, home: Path, cli: CommandLine) -> Desk:
    return Desk(skills, home, cli)


def until(pod: subprocess.Popen[str], *words: str) -> str:
    """The next line that has all the words; the test's own time limit bounds the wait."""
    assert pod.stdout is not None
    for line in pod.stdout:
        if all(word in line for word in words):
            return line
    raise AssertionError(f"the pod ended before it said {words}: {pod.stderr.read() if pod.stderr else ''}")


def ended(pod: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = pod.communicate(timeout=PATIENCE)
    return pod.returncode, out, err


@pytest.fixture
def pod(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    drop_skill(desk.skills, "demo", handler=saying("one"))
    started = desk.start()
    try:
        until(started, "1 skill live")
        yield started
    finally:
        started.kill()
        started.communicate()


# --- serve -------------------------------------------------------------------------------------------------------------------------


def test_the_first_lines_say_where_and_the_last_what_to_try(desk: Desk) -> None:
    drop_skill(desk.skills, "demo")
    pod = desk.start()
    try:
        assert f"watching {desk.skills}, home {desk.home}" in until(pod, "skillpod")
        assert "1 tool: demo__greet" in until(pod, "mounted demo 1.0.0 in")
        advice = until(pod, "1 skill live, 1 tool").partition("Try: ")[2].split()
        assert advice[:2] == ["skillpod", "call"]
        assert desk.run(*advice[1:]).out == "hello world\n"
    finally:
        pod.kill()
        pod.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_pod_with_0_and_leaves_no_socket(pod: subprocess.Popen[str], desk: Desk, number: signal.Signals) -> None:
    assert (desk.home / "pod.sock").exists()
    pod.send_signal(number)
    code, out, err = ended(pod)
    assert (code, err) == (0, "")
    assert "stopping" in out
    assert not (desk.home / "pod.sock").exists()
    assert find_pod(desk.home) is None


def test_a_pod_under_nohup_outlives_its_terminal(desk: Desk) -> None:
    drop_skill(desk.skills, "demo", handler=saying("one"))
    command = ["nohup", *SKILLPOD, "serve", "--no-http", "--skills", str(desk.skills), "--home", str(desk.home)]
    pod = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until(pod, "1 skill live")
        pod.send_signal(signal.SIGHUP)
        assert desk.run("call", "demo__answer").out == "one\n"
        assert pod.poll() is None
    finally:
        pod.kill()
        pod.communicate()


def test_what_happens_is_told_as_it_happens(pod: subprocess.Popen[str], desk: Desk) -> None:
    drop_skill(desk.skills, "demo", handler=saying("two"), version="1.0.1")
    assert "demo 1 → 2 (1.0.1)" in until(pod, "swapped")
    drop_skill(desk.skills, "demo", handler="import nothing_of_the_kind\n", version="1.0.2")
    assert "generation 2 stays live" in until(pod, "refused demo")


def test_on_a_terminal_lines_have_the_time_of_the_clock_and_elsewhere_those_of_a_log(desk: Desk) -> None:
    drop_skill(desk.skills, "demo")
    ours, theirs = os.openpty()
    command = [*SKILLPOD, "serve", "--no-http", "--skills", str(desk.skills), "--home", str(desk.home)]
    terminal = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, env={**os.environ, "NO_COLOR": "1"})
    os.close(theirs)
    try:
        with open(ours, encoding="utf-8") as screen:
            mounted = next(line for line in screen if "mounted demo" in line)
        assert re.match(r"\d\d:\d\d:\d\d  mounted demo 1\.0\.0 in ", mounted)
    finally:
        terminal.kill()
        terminal.wait()
    drop_skill(desk.skills, "other")
    pod = desk.start()
    try:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO    mounted other 1\.0\.0 in ", until(pod, "mounted other"))
    finally:
        pod.kill()
        pod.communicate()


def test_options_that_say_opposite_things_end_in_2(desk: Desk) -> None:
    for arguments in (("--no-http", "--http", "127.0.0.1:0"), ("--http", "nowhere"), ("--no-http", "--host-name", "pod.test")):
        told = desk.run("serve", *arguments)
        assert (told.code, "error[command_invalid]" in told.err) == (2, True), arguments
    assert desk.run("serve", "--stdio", "--json").json()["code"] == "command_invalid"


def test_events_for_a_machine_are_one_object_a_line(desk: Desk) -> None:
    drop_skill(desk.skills, "demo")
    pod = desk.start("--json")
    try:
        told = json.loads(until(pod, '"mounted"'))
        assert (told["skill"], told["generation"], told["details"]["tools"]) == ("demo", 1, ["demo__greet"])
        pod.send_signal(signal.SIGTERM)
        code, out, _ = ended(pod)
        assert code == 0
        assert all(json.loads(line)["kind"] for line in out.splitlines())
    finally:
        pod.kill()
        pod.communicate()


def test_a_second_pod_on_one_home_is_told_who_has_it(pod: subprocess.Popen[str], desk: Desk) -> None:
    code, _, err = ended(desk.start())
    assert code == 3
    assert "error[home_locked]" in err
    assert str(pod.pid) in err


def test_a_skills_directory_that_is_not_there_ends_in_3(desk: Desk) -> None:
    desk.skills.rmdir()
    code, _, err = ended(desk.start())
    assert code == 3
    assert "error[path_unusable]" in err


def test_nothing_to_serve_says_how_to_begin(desk: Desk) -> None:
    pod = desk.start()
    try:
        assert "skillpod new hello --into" in until(pod, "0 skills live")
    finally:
        pod.kill()
        pod.communicate()


def test_a_reader_that_leaves_ends_the_pod(pod: subprocess.Popen[str], desk: Desk) -> None:
    assert pod.stdout is not None
    pod.stdout.close()
    drop_skill(desk.skills, "demo", handler=saying("two"))
    assert pod.wait(PATIENCE) == 141


def test_a_reader_that_leaves_at_the_first_line_ends_the_pod_without_a_traceback(desk: Desk) -> None:
    pod = desk.start()
    until(pod, "watching")
    assert pod.stdout is not None
    assert pod.stderr is not None
    pod.stdout.close()
    assert pod.wait(PATIENCE) == 141
    assert pod.stderr.read() == ""
    pod.stderr.close()


# --- through the running pod ---------------------------------------------------------------------------------------------------------


def test_a_whole_life_of_a_skill(pod: subprocess.Popen[str], desk: Desk) -> None:
    assert desk.run("call", "demo__answer").out == "one\n"
    drop_skill(desk.skills, "demo", handler=saying("two"), version="1.0.1")
    until(pod, "swapped")
    assert desk.run("call", "demo__answer").out == "two\n"
    assert "rolled back to 1.0.0" in desk.run("rollback", "demo").out
    assert desk.run("call", "demo__answer").out == "one\n"
    assert "reloaded: 1.0.1" in desk.run("reload", "demo").out
    assert desk.run("call", "demo__answer").out == "two\n"
    assert desk.run("unmount", "demo").out == "demo is absent\n"
    gone = desk.run("call", "demo__answer")
    assert gone.code == 2
    assert "error[unknown_tool]" in gone.err
    shown = json.loads(desk.run("show", "demo", "--json").out)
    assert shown["state"] == "absent"
    facts = [json.loads(line)["fact"] for line in desk.run("log", "--json", "--skill", "demo", "--limit", "0").out.splitlines()]
    assert {"published", "call", "rolled_back", "unmounted"} <= set(facts)


def test_a_mount_from_elsewhere_with_its_config(pod: subprocess.Popen[str], desk: Desk, tmp_path: Path) -> None:
    folder = write_skill(tmp_path / "elsewhere", "guest")
    told = desk.run("mount", str(folder))
    assert (told.code, told.err) == (0, "")
    assert desk.run("call", "guest__greet", "-a", "name=Ada").out == "hello Ada\n"
    assert json.loads(desk.run("show", "guest", "--json").out)["source"] == str(folder)


@pytest.fixture
def calling(pod: subprocess.Popen[str], desk: Desk) -> Iterator[subprocess.Popen[str]]:
    """A call that is in flight in the running pod, and would be for half a minute."""
    drop_skill(desk.skills, "sleepy", handler=SLEEPER, manifest={"limits": {"wall": "40s"}})
    until(pod, "mounted sleepy")
    command = [*SKILLPOD, "call", "sleepy__nap", "--home", str(desk.home)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(desk, busy=1)
        yield started
    finally:
        started.kill()
        started.communicate()


def wait_for(desk: Desk, *, busy: int) -> None:
    """Until so many guests of ``sleepy`` are busy; the test's own time limit bounds the wait."""
    client = find_pod(desk.home)
    assert client is not None
    with closing(client):
        while client.show("sleepy")["census"].get("busy", 0) != busy:
            pass


def test_a_call_that_is_interrupted_ends_in_the_pod_too(calling: subprocess.Popen[str], desk: Desk) -> None:
    calling.send_signal(signal.SIGINT)
    assert ended(calling) == (130, "", "")
    wait_for(desk, busy=0)


def test_a_pod_that_is_asked_twice_does_not_wait_for_calls(pod: subprocess.Popen[str], calling: subprocess.Popen[str]) -> None:
    pod.send_signal(signal.SIGINT)
    until(pod, "stopping")
    assert pod.poll() is None
    pod.send_signal(signal.SIGINT)
    code, _, err = ended(pod)
    assert code == 130
    assert "Traceback" not in err
    code, _, err = ended(calling)
    assert code in (3, 4)  # whichever comes first: the socket closes, or the guest is killed
    assert "error[pod_unreachable]" in err or "error[guest_died]" in err


# --- without a pod -------------------------------------------------------------------------------------------------------------------


def test_a_call_brings_its_own_pod_when_none_runs(desk: Desk) -> None:
    drop_skill(desk.skills, "demo")
    told = desk.run("call", "demo__greet", "-a", "name=Ada", "--usage")
    assert (told.code, told.out) == (0, "hello Ada\n")
    assert told.err.startswith("demo generation 1, sha256:")
    assert not (desk.home / "pod.sock").exists()


def test_what_home_remembers_is_told_when_no_pod_runs(desk: Desk) -> None:
    drop_skill(desk.skills, "demo")
    assert desk.run("call", "demo__greet").code == 0
    listed = desk.run("list", "--json")
    assert json.loads(listed.out)["running"] is False
    assert [(skill["name"], skill["state"]) for skill in json.loads(listed.out)["skills"]] == [("demo", "not running")]
    assert "no pod is running" in desk.run("list").err
    shown = desk.run("show", "demo").out
    assert "demo 1.0.0  not running" in shown
    assert "demo__greet(name?: string)" in shown
    assert desk.run("instructions", "demo").code == 0
    assert desk.run("show", "nobody").code == 2


def test_a_change_without_a_pod_is_there_for_the_next_one(desk: Desk) -> None:
    drop_skill(desk.skills, "demo")
    assert desk.run("unmount", "demo").out == "demo is absent\n"
    assert json.loads(desk.run("tools").out) == []
    assert "reloaded: 1.0.0" in desk.run("reload", "demo").out
    assert [tool["name"] for tool in json.loads(desk.run("tools").out)] == ["demo__greet"]


def test_an_unknown_format_of_tools_ends_in_2(desk: Desk) -> None:
    told = desk.run("tools", "--format", "opnai")
    assert told.code == 2
    assert "`openai`" in told.err


# --- the jail, without a pod -----------------------------------------------------------------------------------------------------------


def test_a_new_skill_passes_its_own_tests(desk: Desk) -> None:
    assert desk.run("new", "fresh", "--into", str(desk.skills)).code == 0
    told = desk.run("test", str(desk.skills / "fresh"))
    assert (told.code, told.err) == (0, "")
    assert "pass" in told.out
    assert "tests passed" in told.out
    assert not desk.home.exists()


def test_a_test_that_fails_ends_in_4_with_expected_and_got(desk: Desk) -> None:
    write_skill(desk.skills, "demo", manifest={"tests": [{"tool": "greet", "arguments": {"name": "Ada"}, "expect": "bye Ada"}]})
    told = desk.run("test", str(desk.skills / "demo"))
    assert told.code == 4
    assert "FAIL  greet(name=Ada)" in told.out
    assert "expected bye Ada" in told.out
    assert "got      hello Ada" in told.out
    machine = json.loads(desk.run("test", str(desk.skills / "demo"), "--json").out)["skills"][0]["tests"][0]
    assert (machine["passed"], machine["expected"], machine["got"]) == (False, "bye Ada", "hello Ada")


def test_a_skill_that_does_not_load_is_not_tested_and_says_why(desk: Desk) -> None:
    write_skill(desk.skills, "demo", handler="raise RuntimeError('boom')\n" + SLEEPER)
    told = desk.run("test", str(desk.skills / "demo"))
    assert told.code == 1
    assert "demo: not tested" in told.out
    assert "boom" in told.out


def test_a_held_skill_is_tested_without_grants_or_ends_in_5(desk: Desk) -> None:
    write_skill(desk.skills, "demo", manifest={"tier": "write"})
    told = desk.run("test", str(desk.skills / "demo"))
    assert told.code in (0, 5)
    assert "approval_needed" in told.out or "without grants" in told.out


def test_the_doctor_tells_every_wall_with_its_meaning(desk: Desk) -> None:
    told = desk.run("doctor", "--json")
    report = json.loads(told.out)
    assert told.code == (0 if report["ready"] else 3)
    assert {wall["name"] for wall in report["walls"]} <= set(MEANINGS)
    assert {fact["name"] for fact in report["machine"]} >= {"python", "kernel", "file events", "home", "journal", "mcp", "doors"}
    text = desk.run("doctor").out
    for wall in report["walls"]:
        assert wall["name"] in text
    assert not desk.home.exists()


def test_the_doctor_says_what_is_wrong_with_a_home(desk: Desk) -> None:
    desk.home.write_text("a file")
    told = desk.run("doctor")
    assert told.code == 3
    assert "is not a directory" in told.out


def test_the_doctor_says_what_is_wrong_with_pod_yaml(desk: Desk) -> None:
    desk.home.mkdir(mode=0o700)
    (desk.home / "pod.yaml").write_text("volumes: {data: {path: here}}")
    told = desk.run("doctor")
    assert told.code == 3
    assert "pod.yaml:volumes.data.path" in told.out


def test_a_skill_is_tested_with_the_programs_that_are_given_for_it(desk: Desk, tmp_path: Path) -> None:
    handler = saying("x").replace("import tool", "import Context, tool").replace("def answer()", "def answer(ctx: Context)")
    handler = handler.replace("'x'", "ctx.run(['echo', 'said']).check().text")
    tests = [{"tool": "answer", "expect": "said\n"}]
    manifest = {"tier": "system", "permissions": {"programs": ["echo"]}, "tests": tests}
    folder = str(write_skill(desk.skills, "speaker", handler=handler, manifest=manifest))
    policies = tmp_path / "policies"
    policies.mkdir()
    match = "{tier: system, permissions: [programs]}"
    rule = f"{{id: echo, match: {match}, outcome: allow, grant: {{programs: asked}}, reason: A test binds it.}}"
    (policies / "default.yaml").write_text(f"policy: 1\nname: default\nrules: [{rule}]\n...\n")
    echo = f"echo={shutil.which('echo')}"
    bound = desk.run("test", folder, "--policies", str(policies), "--program", echo)
    assert (bound.code, "1 of 1 tests passed" in bound.out) == (0, True), bound
    unbound = desk.run("test", folder, "--policies", str(policies))
    assert (unbound.code, "--program NAME=PATH" in unbound.out) == (3, True), unbound
    for given, said in ((["echo"], "is not NAME=PATH"), ([echo, echo], "two files"), (["echo=bin/echo"], "absolute paths")):
        refused = desk.run("test", folder, *(part for one in given for part in ("--program", one)))
        assert (refused.code, said in refused.err) == (2, True), refused


def test_a_skill_is_tested_with_the_volumes_that_are_given_for_it(desk: Desk, tmp_path: Path) -> None:
    handler = saying("x").replace("import tool", "import Context, tool").replace("def answer()", "def answer(ctx: Context)")
    handler = handler.replace("'x'", "(ctx.volume('data') / 'a.txt').read_text()")
    manifest = {"permissions": {"volumes": [{"name": "data", "access": "read"}]}, "tests": [{"tool": "answer", "expect": "there"}]}
    folder = str(write_skill(desk.skills, "reader", handler=handler, manifest=manifest))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("there")
    policies = tmp_path / "policies"
    policies.mkdir()
    rule = "{id: data, match: {permissions: [volumes]}, outcome: allow, grant: {volumes: asked}, reason: A test binds it.}"
    (policies / "default.yaml").write_text(f"policy: 1\nname: default\nrules: [{rule}]\n...\n")
    bound = desk.run("test", folder, "--policies", str(policies), "--volume", f"data={tmp_path / 'data'}")
    assert (bound.code, "1 of 1 tests passed" in bound.out) == (0, True), bound
    unbound = desk.run("test", folder, "--policies", str(policies))
    assert (unbound.code, "--volume NAME=DIR" in unbound.out) == (3, True), unbound
    data = f"data={tmp_path / 'data'}"
    for given, said in (
        (["data"], "is not NAME=DIR"),
        ([data, data], "two directories"),
        (["data=/nowhere"], "there is no such directory"),
    ):
        refused = desk.run("test", folder, *(part for one in given for part in ("--volume", one)))
        assert (refused.code, said in refused.err) == (2, True), refused


def test_a_skill_is_tested_with_the_secrets_and_variables_that_are_given_for_it(desk: Desk, tmp_path: Path) -> None:
    handler = saying("x").replace("import tool", "import Context, tool").replace("def answer()", "def answer(ctx: Context)")
    handler = handler.replace("'x'", "f'{len(ctx.secret(\"TOKEN\"))} {ctx.now().astimezone().hour} {ctx.seed}'")
    asks = {"secrets": [{"name": "TOKEN"}], "environment": ["TZ"]}
    tests = [{"tool": "answer", "now": "2026-01-01T00:00:00Z", "seed": 7, "expect": "7 9 7"}]
    folder = str(write_skill(desk.skills, "keeper", handler=handler, manifest={"tier": "network", "permissions": asks, "tests": tests}))
    (tmp_path / "token").write_text("hunter2\n")
    policies = tmp_path / "policies"
    policies.mkdir()
    match = "{tier: network, permissions: [secrets, environment]}"
    rule = f"{{id: all, match: {match}, outcome: allow, grant: {{secrets: asked, environment: asked}}, reason: A test keeps it.}}"
    (policies / "default.yaml").write_text(f"policy: 1\nname: default\nrules: [{rule}]\n...\n")
    token = f"TOKEN={tmp_path / 'token'}"
    given = desk.run("test", folder, "--policies", str(policies), "--secret", token, "--variable", "TZ=Asia/Tokyo")
    assert (given.code, "1 of 1 tests passed" in given.out) == (0, True), given
    without = desk.run("test", folder, "--policies", str(policies))
    assert (without.code, "--secret NAME=FILE" in without.out) == (3, True), without
    for option, value, said in (
        ("--secret", "TOKEN", "is not NAME=FILE"),
        ("--secret", "TOKEN=/nowhere", "there is no such file"),
        ("--variable", "PYTHONPATH=x", "changes how the interpreter itself runs"),
    ):
        refused = desk.run("test", folder, option, value)
        assert (refused.code, said in refused.err) == (2, True), refused
