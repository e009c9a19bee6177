"""Keys, signatures and what is said of them, from the command line."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import pytest

from skillpod.resources import packaged_text
from skillpod.trust.sign import read_private
from tests.cli.conftest import CommandLine, Ended
from tests.support.skills import write_skill

SECRET = "correct horse"


@pytest.fixture
def demo(skills: Path) -> Path:
    return write_skill(skills, "demo")


@pytest.fixture
def keys(cli: CommandLine, tmp_path: Path) -> Path:
    """A folder with the pairs ``one`` and ``two``, not encrypted."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("one", "two"):
        assert cli("keygen", str(folder / name), "--unencrypted").code == 0
    return folder


def sign(cli: CommandLine, folder: Path, key: Path, *more: str) -> Ended:
    return cli("sign", str(folder), "--key", str(key), *more)


def trust(cli: CommandLine, policies: Path, key: Path, *more: str) -> Ended:
    said = more or ("--names", "demo*", "--authors", "Ann Example")
    return cli("trust", "add", "tester", "--key", str(key), "--policies", str(policies), *said)


# --- keygen ------------------------------------------------------------------------------------------------------------------------


def test_a_private_key_is_encrypted_and_its_owners_only(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    told = cli("keygen", str(tmp_path / "acme"), "--passphrase-file", str(tmp_path / "secret"), "--json").json()
    private = Path(told["private"])
    assert private.stat().st_mode & 0o777 == 0o600
    assert private.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert read_private(private.read_bytes(), SECRET.encode(), at="").public.id == told["id"]
    assert told["encrypted"] is True


@pytest.mark.parametrize("kind", ["p256", "p384", "ed25519"])
def test_a_key_of_each_type_signs(cli: CommandLine, demo: Path, tmp_path: Path, kind: str) -> None:
    made = cli("keygen", str(tmp_path / "k"), "--type", kind, "--unencrypted", "--json").json()
    assert sign(cli, demo, tmp_path / "k.key").code == 0
    told = cli("verify", str(demo), "--public", made["public"], "--json").json()
    assert told["signatures"] == [{"file": "skill.oms.sig", "key": made["id"]}]
    assert sorted(told["covered"]) == ["README.md", "handler.py", "manifest.yaml"]


@pytest.mark.parametrize("there", ["acme.key", "acme.pub"])
def test_no_key_is_written_over_another(cli: CommandLine, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    told = cli("keygen", str(tmp_path / "acme"), "--unencrypted")
    assert told.code == 3
    assert "nothing was written" in told.err
    assert [path.name for path in tmp_path.glob("acme.*")] == [there]


def test_without_a_terminal_a_passphrase_comes_from_a_file_or_not_at_all(cli: CommandLine, tmp_path: Path) -> None:
    told = cli("keygen", str(tmp_path / "acme"))
    assert told.code == 2
    assert "--passphrase-file" in told.err
    (tmp_path / "short").write_text("abc\n")
    assert "less than 8 characters" in cli("keygen", str(tmp_path / "acme"), "--passphrase-file", str(tmp_path / "short")).err
    assert not list(tmp_path.glob("acme.*"))


def on_a_terminal(arguments: list[str], answers: list[str]) -> tuple[int, str]:
    """The exit code of a command on a terminal of its own, and all that was seen there."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "skillpod", *arguments])
    shown = b""
    pending = list(answers)
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
            if pending and shown.rstrip().endswith(b":"):
                os.write(terminal, pending.pop(0).encode() + b"\n")
                shown += b"|"
    except OSError:  # EIO: the other end is closed
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return code, shown.decode()


def test_on_a_terminal_a_passphrase_is_asked_for_twice_and_never_shown(tmp_path: Path) -> None:
    code, shown = on_a_terminal(["keygen", str(tmp_path / "acme")], [SECRET, SECRET])
    assert code == 0
    assert "passphrase of" in shown
    assert SECRET not in shown
    code, shown = on_a_terminal(["keygen", str(tmp_path / "other")], [SECRET, "another one"])
    assert code == 2
    assert "differ" in shown
    assert not list(tmp_path.glob("other.*"))


def test_an_encrypted_key_signs_with_its_passphrase_only(cli: CommandLine, demo: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "wrong").write_text("wrong horse")
    cli("keygen", str(tmp_path / "k"), "--passphrase-file", str(tmp_path / "secret"))
    assert sign(cli, demo, tmp_path / "k.key").code == 2
    assert "the passphrase is wrong" in sign(cli, demo, tmp_path / "k.key", "--passphrase-file", str(tmp_path / "wrong")).err
    assert not (demo / "skill.oms.sig").exists()
    assert sign(cli, demo, tmp_path / "k.key", "--passphrase-file", str(tmp_path / "secret")).code == 0


# --- sign --------------------------------------------------------------------------------------------------------------------------


def test_what_is_covered_is_told(cli: CommandLine, demo: Path, keys: Path) -> None:
    (demo / ".gitignore").write_text("*.pyc\n")
    told = sign(cli, demo, keys / "one.key")
    assert "covered: 3 files: README.md, handler.py, manifest.yaml" in told.out
    assert "no part of a skill, and not covered: 1 file: .gitignore" in told.out
    assert sorted(path.name for path in demo.iterdir()) == [".gitignore", "README.md", "handler.py", "manifest.yaml", "skill.oms.sig"]


def test_what_intake_refuses_is_not_signed(cli: CommandLine, demo: Path, keys: Path) -> None:
    (demo / "link").symlink_to("handler.py")
    told = sign(cli, demo, keys / "one.key")
    assert told.code == 1
    assert "bundle_refused" in told.err
    assert not (demo / "skill.oms.sig").exists()


def test_nobodys_signature_is_written_over(cli: CommandLine, demo: Path, keys: Path) -> None:
    sign(cli, demo, keys / "one.key")
    before = (demo / "skill.oms.sig").read_bytes()
    told = sign(cli, demo, keys / "two.key")
    assert told.code == 2
    assert "--further" in told.err
    assert (demo / "skill.oms.sig").read_bytes() == before


def test_a_further_signer_signs_beside_the_first(cli: CommandLine, demo: Path, keys: Path, policies: Path) -> None:
    assert sign(cli, demo, keys / "two.key", "--further").code == 2
    sign(cli, demo, keys / "one.key")
    assert "has signed it already" in sign(cli, demo, keys / "one.key", "--further").err
    told = sign(cli, demo, keys / "two.key", "--further", "--json").json()
    assert Path(told["file"]).name == f"skill.oms.{told['key']}.sig"
    trust(cli, policies, keys / "one.pub", "--names", "demo", "--authors", "Ann Example", "--threshold", "1")
    trust(cli, policies, keys / "two.pub", "--not-after", "2099-01-01")
    assert len(cli("verify", str(demo), "--policies", str(policies), "--json").json()["keys"]) == 2


def test_who_signs_again_is_told_which_other_signature_has_to_follow(cli: CommandLine, demo: Path, keys: Path) -> None:
    sign(cli, demo, keys / "one.key")
    other = Path(sign(cli, demo, keys / "two.key", "--further", "--json").json()["file"]).name
    (demo / "more.txt").write_text("more")
    told = sign(cli, demo, keys / "one.key")
    assert told.code == 0
    assert f"{other} does not cover the folder any more" in told.err


def test_a_key_is_not_signed_along(cli: CommandLine, demo: Path, keys: Path) -> None:
    inside = demo / "one.key"
    inside.write_bytes((keys / "one.key").read_bytes())
    told = sign(cli, demo, inside)
    assert told.code == 2
    assert "given away" in told.err


# --- verify ------------------------------------------------------------------------------------------------------------------------


def test_who_signed_is_told_with_every_file(cli: CommandLine, demo: Path, keys: Path, policies: Path) -> None:
    sign(cli, demo, keys / "one.key")
    trust(cli, policies, keys / "one.pub")
    told = cli("verify", str(demo), "--policies", str(policies))
    assert told.code == 0
    assert "demo 1.0.0" in told.out
    assert "is signed by tester" in told.out
    assert "covered: 3 files: README.md, handler.py, manifest.yaml" in told.out


def test_every_file_that_differs_is_told(cli: CommandLine, demo: Path, keys: Path) -> None:
    sign(cli, demo, keys / "one.key")
    (demo / "handler.py").write_text("x = 2\n")
    (demo / "more.py").write_text("")
    told = cli("verify", str(demo), "--public", str(keys / "one.pub"))
    assert told.code == 1
    assert "'handler.py' was changed after it was signed" in told.err
    assert "'more.py' is in the skill and was not signed" in told.err


def test_a_skill_that_nobody_signed_is_not_verified(cli: CommandLine, demo: Path, keys: Path, policies: Path) -> None:
    for more in (("--public", str(keys / "one.pub")), ("--policies", str(policies))):
        told = cli("verify", str(demo), *more)
        assert told.code == 1
        assert "nobody signed it" in told.err


def test_another_key_is_told(cli: CommandLine, demo: Path, keys: Path, policies: Path) -> None:
    sign(cli, demo, keys / "one.key")
    assert "none of its signatures" in cli("verify", str(demo), "--public", str(keys / "two.pub")).err
    assert "which nobody here trusts" in cli("verify", str(demo), "--policies", str(policies)).err


def test_a_skill_does_not_say_whom_to_trust(cli: CommandLine, demo: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (demo / "policies").mkdir()
    (demo / "policies" / "default.yaml").write_bytes(packaged_text("policy/default.yaml"))
    trust(cli, demo / "policies", keys / "one.pub")
    sign(cli, demo, keys / "one.key")
    monkeypatch.chdir(demo)
    monkeypatch.delenv("SKILLPOD_POLICIES", raising=False)
    for command in (("verify", "."), ("check", ".", "--policies", "policies")):
        told = cli(*command)
        assert told.code == 2
        assert "can't say whom to trust" in told.err


def test_check_says_what_the_policies_say_of_the_signer(cli: CommandLine, demo: Path, keys: Path, policies: Path) -> None:
    def decided() -> tuple[str, str]:
        (skill,) = cli("check", str(demo), "--policies", str(policies), "--json").json()["skills"]
        return skill["decision"], " ".join(reason["message"] for reason in skill["reasons"])

    assert decided() == ("admit", "")
    sign(cli, demo, keys / "one.key")
    assert "nobody here trusts" in decided()[1]
    trust(cli, policies, keys / "one.pub")
    assert decided() == ("admit", "")
    (demo / "skill.oms.sig").unlink()
    assert decided()[0] == "refuse"
    assert "nothing here is signed" in decided()[1]
