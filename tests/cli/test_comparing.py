"""What ``check`` sets side by side: what is asked and what is used, and a version and the one before it."""

from __future__ import annotations

from pathlib import Path

from skillpod.home import Home
from skillpod.intake.snapshot import freeze
from skillpod.store.bundles import BundleStore
from tests.cli.conftest import CommandLine
from tests.support.skills import GREETER, write_skill

ASKS = {"tier": "network", "permissions": {"network": [{"host": "api.example.com", "ports": [443, 80]}]}}
FETCH = f"from urllib.request import urlopen\n\n{GREETER}\n\ndef fetch(name):\n    return urlopen(f'https://api.example.com/{{name}}')\n"
EVE = {"author": "Eve"}


def test_what_is_asked_stands_beside_what_is_used(cli: CommandLine, skills: Path) -> None:
    told = cli("check", str(write_skill(skills, "web", handler=FETCH, manifest=ASKS)))
    line = FETCH.count("\n")
    assert "web: what it asks for, and what it uses\n" in told.out
    assert f"  network  api.example.com:443  asked and used   handler.py:{line}\n" in told.out
    assert "  network  api.example.com:80   asked, not used\n" in told.out.replace(" \n", "\n")


def test_the_same_rows_are_data(cli: CommandLine, skills: Path) -> None:
    folder = write_skill(skills, "web", handler=FETCH, manifest=ASKS)
    (found,) = cli("check", str(folder), "--json").json()["skills"]
    assert [(row["resource"], row["asked"], row["standing"]) for row in found["comparison"]] == [
        ("api.example.com:80", "yes", "asked, not used"),
        ("api.example.com:443", "yes", "asked and used"),
    ]


def test_a_skill_that_asks_for_nothing_and_uses_nothing_has_no_table(cli: CommandLine, skills: Path) -> None:
    assert "what it asks for" not in cli("check", str(write_skill(skills, "plain"))).out


def test_a_version_is_set_against_the_folder_of_the_one_before(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    before = write_skill(tmp_path / "before", "plain")
    told = cli("check", str(write_skill(skills, "plain", manifest=EVE)), "--against", str(before))
    assert told.code == 0
    assert 'review[UPD-002]: the author changed: "Ann Example" -> "Eve"\n' in told.out
    assert "checked 1 skill: 1 review" in told.out
    assert cli("check", str(before), "--against", str(before)).out == "checked 1 skill: 1 allow\n"


def test_an_earlier_folder_may_have_another_name(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    before = write_skill(tmp_path, "plain").rename(tmp_path / "plain-1.0.0")
    assert "UPD-002" in cli("check", str(write_skill(skills, "plain", manifest=EVE)), "--against", str(before)).out


def test_a_folder_of_skills_is_set_against_a_folder_of_skills_by_name(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    write_skill(tmp_path / "before", "one")
    write_skill(skills, "one", manifest=EVE)
    write_skill(skills, "two", manifest=EVE)
    told = cli("check", str(skills), "--against", str(tmp_path / "before"), "--json").json()["skills"]
    assert [[finding["rule"] for finding in skill["findings"]] for skill in told] == [["UPD-002"], []]


def test_one_version_does_not_stand_before_several_folders(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    before = write_skill(tmp_path, "one")
    for name in ("one", "two"):
        write_skill(skills, name)
    told = cli("check", str(skills), "--against", str(before))
    assert told.code == 2
    assert "is one version, and 2 folders are checked" in told.err


def test_a_folder_without_an_earlier_version_is_no_silent_agreement(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    write_skill(tmp_path / "before", "other")
    told = cli("check", str(write_skill(skills, "one")), "--against", str(tmp_path / "before"))
    assert told.code == 2
    assert "holds no earlier version of what is checked" in told.err


def test_a_version_is_set_against_a_digest_in_the_store(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    bundle = freeze(write_skill(tmp_path / "before", "plain"))
    BundleStore(Home(tmp_path / "home").store).put(bundle)
    folder = str(write_skill(skills, "plain", manifest=EVE))
    told = cli("check", folder, "--against", bundle.digest, "--home", str(tmp_path / "home"))
    assert "UPD-002" in told.out
    unknown = cli("check", folder, "--against", "sha256:" + "0" * 64, "--home", str(tmp_path / "home"))
    assert unknown.code == 2
    assert "no bundle of this digest is stored" in unknown.err


def test_the_policy_is_asked_about_the_update_too(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    before = write_skill(tmp_path / "before", "plain")
    folder = str(write_skill(skills, "plain", manifest=EVE))
    policies = str(Path(__file__).parent.parent.parent / "policies")
    (found,) = cli("check", folder, "--against", str(before), "--policies", policies, "--json").json()["skills"]
    assert (found["decision"], found["verdict"]) == ("hold", "review")
    assert cli("check", folder, "--policies", policies, "--json").json()["skills"][0]["decision"] == "admit"


def test_an_earlier_version_without_a_manifest_that_can_be_read_is_no_comparison(cli: CommandLine, skills: Path, tmp_path: Path) -> None:
    before = write_skill(tmp_path / "before", "plain", manifest="name: [")
    told = cli("check", str(write_skill(skills, "plain")), "--against", str(before))
    assert told.code == 2
    assert "has no manifest that can be read" in told.err
