"""Speaking to a pod as the holder of a token: by --as, by the environment, and never as the owner by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillpod.model.principal import LOCAL_OWNER, Role
from skillpod.serve.tokens import add_token, mint
from tests.cli.conftest import CommandLine, Served
from tests.support.skills import write_skill


@pytest.fixture
def token_file(home: Path, tmp_path: Path) -> Path:
    """A token of an operator's, as she keeps it."""
    token = mint()
    add_token(home, "ada", token=token, now=0.0, lasts=float("inf"), roles=[Role.OPERATOR])
    path = tmp_path / "ada.token"
    path.write_text(f"{token}\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("arguments", [("list",), ("show", "alpha"), ("instructions", "alpha"), ("tools",), ("call", "alpha__echo")])
def test_every_command_that_speaks_to_a_pod_takes_a_token(
    cli: CommandLine, served: Served, token_file: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert cli(*arguments, "--as", str(token_file)).code == 0
    stranger = tmp_path / "stranger.token"
    stranger.write_text(mint())
    stranger.chmod(0o600)
    told = cli(*arguments, "--as", str(stranger))
    assert (told.code, "error[token_refused]: this token is not known here" in told.err) == (1, True)


@pytest.mark.parametrize("verb", ["unmount", "reload", "rollback", "resume"])
def test_a_command_is_given_by_the_holder_of_the_token(
    cli: CommandLine, served: Served, token_file: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli(verb, "alpha").code == cli(verb, "alpha", "--as", str(token_file)).code == 0
    monkeypatch.setenv("SKILLPOD_TOKEN", token_file.read_text().strip())
    assert cli(verb, "alpha").code == 0
    own, by_file, by_environment = (command.principal for command in served.pod.commands)
    assert own.roles == LOCAL_OWNER.roles
    assert by_file == by_environment
    assert (by_file.name, by_file.words) == ("ada", ("operator",))


def test_without_the_role_it_ends_in_1_and_says_which_one_it_takes(cli: CommandLine, served: Served, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "eve.token"
    path.write_text(cli("token", "new", "eve", "--role", "viewer").out)
    path.chmod(0o600)
    assert cli("list", "--as", str(path)).code == 0
    told = cli("unmount", "alpha", "--as", str(path))
    assert (told.code, "error[not_allowed]: `eve` may not unmount: that asks for operator" in told.err) == (1, True)
    assert served.pod.commands == []


def test_with_a_token_and_no_pod_nobody_is_taken_for_the_owner(cli: CommandLine, skills: Path, home: Path, token_file: Path) -> None:
    write_skill(skills, "demo")
    for arguments in (("list",), ("call", "demo__greet"), ("unmount", "demo"), ("search", "greet")):
        told = cli(*arguments, "--as", str(token_file))
        assert (told.code, "error[pod_unreachable]" in told.err, told.out) == (3, True, ""), arguments
    assert not (home / "journal").exists()


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("skp_x\n", 0o640, "other users may read this token"),
        ("skp_x\n", 0o604, "other users may read this token"),
        ("skp_x\r\nX-Role: admin", 0o600, "this file holds no token"),
        ("", 0o600, "this file holds no token"),
        ("two words", 0o600, "this file holds no token"),
    ],
)
def test_a_file_that_is_no_kept_token_is_not_shown(
    cli: CommandLine, served: Served, tmp_path: Path, text: str, mode: int, said: str
) -> None:
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(mode)
    told = cli("list", "--as", str(path))
    assert (told.code, f"error[path_unusable]: {said}" in told.err) == (3, True)
    assert cli("list", "--as", str(tmp_path / "nowhere")).code == 3
