"""Looking at and changing what is mounted, through the socket of a running pod."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from skillpod.errors import PolicyRefused
from skillpod.model.command import Verb
from tests.cli.conftest import CommandLine, Served
from tests.support.pod import DIGEST, OTHER

SHORT = DIGEST[:19]


# --- look --------------------------------------------------------------------------------------------------------------------------


def test_list_is_a_table_of_names_states_and_tools(cli: CommandLine, served: Served) -> None:
    told = cli("list")
    assert told.code == 0
    head, alpha, beta = told.out.splitlines()
    assert head.split() == ["NAME", "STATE", "VERSION", "GEN", "TIER", "CALLS", "DIGEST", "TOOLS"]
    assert alpha.split() == ["alpha", "live", "1.0.0", "1", "read-only", "0", SHORT, "alpha__echo,", "alpha__fail"]
    assert beta.split()[0] == "beta"
    assert told.err == ""


def test_list_says_why_a_skill_is_not_mounted(cli: CommandLine, served: Served) -> None:
    served.pod.entries["alpha"].update(state="refused", tools=[], version="", error=PolicyRefused("no rule allows it").as_dict())
    assert "policy_refused: no rule allows it" in cli("list").out


def test_list_says_that_an_update_was_refused_while_the_old_one_serves(cli: CommandLine, served: Served) -> None:
    served.pod.entries["alpha"].update(error=PolicyRefused("no rule allows it").as_dict())
    assert "2 tools; the update was refused: policy_refused: no rule allows it" in cli("list").out


def test_list_for_a_machine_says_that_a_pod_runs(cli: CommandLine, served: Served) -> None:
    told = cli("list", "--json").json()
    assert told["running"] is True
    assert [skill["name"] for skill in told["skills"]] == ["alpha", "beta"]


def test_what_a_skill_says_of_itself_cannot_move_the_cursor(cli: CommandLine, served: Served) -> None:
    served.pod.entries["alpha"].update(description="nice\x1b[2J\u202eevil", version="1\x9b2J")
    for told in (cli("list"), cli("show", "alpha"), cli("list", "--json"), cli("show", "alpha", "--json")):
        assert not {"\x1b", "\x9b", "\u202e"} & set(told.out)
    assert cli("list", "--json").json()["skills"][0]["description"] == "nice\x1b[2J\u202eevil"


def test_show_tells_who_what_and_by_which_rule(cli: CommandLine, served: Served) -> None:
    told = cli("show", "alpha").out
    for piece in (
        "alpha 1.0.0  live, generation 1",
        DIGEST,
        "Jane Doe (a claim)",
        "read-only-in-the-jail",
        "environment: TZ",
        "alpha__echo(text: string, times?: integer)",
        "1 active, 1 not: cgroup",
        "3.1 s cpu in 12.4 s, 18.2 MiB peak",
        "handler.py:3:1: notice[notice.x] hm",
        "__pycache__",
        OTHER,
        "2026-09-21",
    ):
        assert piece in told, piece


def test_show_for_a_machine_is_all_there_is(cli: CommandLine, served: Served) -> None:
    told = cli("show", "alpha", "--json").json()
    assert told["digest"] == DIGEST
    assert told["grants"]["environment"] == ["TZ"]


def test_show_walls_tells_each_wall_and_the_remedy(cli: CommandLine, served: Served) -> None:
    told = cli("show", "alpha", "--walls").out
    assert "seccomp" in told
    assert "remedy: run under systemd --user" in told
    assert "refused" in told
    assert cli("show", "alpha", "--walls", "--json").json()["walls"][0]["name"] == "seccomp"


def test_show_says_of_module_isolation_that_no_wall_stands(cli: CommandLine, served: Served) -> None:
    served.pod.entries["alpha"]["isolation"] = "module"
    assert "module: no wall, it runs in the pod's own process; not a security boundary" in cli("show", "alpha").out
    assert "no wall stands around alpha" in cli("show", "alpha", "--walls").err


def test_the_doctor_names_the_skills_that_pod_yaml_takes_out_of_the_jail(cli: CommandLine, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "pod.yaml").write_text("skills: {alpha: {isolation: module}, beta: {isolation: jail}}\n")
    (told,) = (fact for fact in cli("doctor", "--json").json()["machine"] if fact["name"] == "module isolation")
    assert told["state"] == "warning"
    assert told["detail"].startswith("alpha: in the pod's own process, behind no wall")


def test_show_output_is_what_the_guests_wrote(cli: CommandLine, served: Served) -> None:
    assert cli("show", "alpha", "--output").out == "alpha was here\x1b[2J\n"  # not a terminal: as it is
    assert cli("show", "alpha", "--output", "--json").json() == {"name": "alpha", "output": "alpha was here\x1b[2J\n"}


def test_instructions_are_printed_as_they_are(cli: CommandLine, served: Served) -> None:
    assert cli("instructions", "alpha").out == "# alpha\n\nUse it.\n"
    assert cli("instructions", "alpha", "--json").json() == {"name": "alpha", "instructions": "# alpha\n\nUse it.\n"}


@pytest.mark.parametrize(
    "arguments", [("show", "gamma"), ("instructions", "gamma"), ("unmount", "gamma"), ("show", "a/b?c#d"), ("show", "")]
)
def test_an_unknown_skill_ends_in_2(cli: CommandLine, served: Served, arguments: tuple[str, ...]) -> None:
    told = cli(*arguments)
    assert told.code == 2
    assert told.err.startswith("error[unknown_skill]: there is no skill")
    assert "hint: `skillpod list` shows what there is" in told.err


# --- change ------------------------------------------------------------------------------------------------------------------------


def test_mount_sends_an_absolute_path_and_its_config(
    cli: CommandLine, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = cli("mount", "skills/gamma", "--config", '{"depth": 3}')
    assert told.code == 0
    assert told.out == f"gamma mounted: 1.0.0, generation 1, {SHORT}, 2 tools: gamma__echo, gamma__fail\n"
    command = served.pod.commands[0]
    assert (command.verb, command.path, command.config) == (Verb.MOUNT, str(tmp_path / "skills/gamma"), {"depth": 3})
    assert command.actor == f"uid:{os.getuid()}"


def test_a_refused_mount_ends_in_1_with_every_reason(cli: CommandLine, served: Served) -> None:
    told = cli("mount", "/x/denied")
    assert told.code == 1
    assert told.out == ""
    assert told.err == (
        "error[policy_refused]: the policy refuses it\n  skill: denied\n  hint: ask\n  - one [internal]\n  - x.py:1:1: two [internal]\n"
    )


def test_a_refused_mount_is_the_error_object_for_a_machine(cli: CommandLine, served: Served) -> None:
    told = cli("mount", "/x/denied", "--json")
    assert (told.code, told.err) == (1, "")
    assert told.json()["code"] == "policy_refused"
    assert len(told.json()["reasons"]) == 2


def test_unmount_reload_rollback_and_resume_send_their_commands(cli: CommandLine, served: Served) -> None:
    assert cli("rollback", "alpha", "--to", OTHER).out.startswith("alpha rolled back to 1.0.0")
    assert cli("reload", "alpha").out.startswith("alpha reloaded: 1.0.0")
    assert cli("resume", "alpha").out.startswith("alpha resumed: 1.0.0")
    assert cli("unmount", "alpha").out == "alpha is absent\n"
    assert [(command.verb.value, command.name, command.to) for command in served.pod.commands] == [
        ("rollback", "alpha", OTHER),
        ("reload", "alpha", ""),
        ("resume", "alpha", ""),
        ("unmount", "alpha", ""),
    ]


def test_a_command_for_a_machine_prints_the_skill_afterwards(cli: CommandLine, served: Served) -> None:
    assert cli("unmount", "alpha", "--json").json()["state"] == "absent"


@pytest.mark.parametrize("config", ["{", "[1]", "3", '{"a": NaN}', "@/nowhere/config.json"])
def test_a_config_that_is_no_object_never_reaches_the_pod(cli: CommandLine, served: Served, config: str) -> None:
    told = cli("mount", "/x/gamma", "--config", config)
    assert told.code in (2, 3)
    assert served.pod.commands == []


# --- no pod ------------------------------------------------------------------------------------------------------------------------


def test_a_home_that_never_held_a_pod_is_told_as_such(cli: CommandLine) -> None:
    told = cli("list")
    assert told.code == 3
    assert "no pod is running here, and none ever has" in told.err
    assert "skillpod serve" in told.err


def test_output_needs_a_running_pod(cli: CommandLine, home: Path) -> None:
    told = cli("show", "alpha", "--output")
    assert told.code == 3
    assert told.err.startswith("error[pod_unreachable]")


def test_a_socket_of_a_killed_pod_is_no_pod(cli: CommandLine, home: Path) -> None:
    home.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(home / "pod.sock"))
    assert "no pod is running" in cli("list").err
