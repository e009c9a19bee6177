"""Whom the operator trusts and what is taken back, from the command line; the files stay as people wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillpod.cli.growing import grown
from skillpod.config import load_revocations, load_trust
from skillpod.trust.keys import KeyType
from tests.cli.conftest import CommandLine, Ended
from tests.trust.signed import key

K1, K2 = key(), key(KeyType.ED25519)
REASON = "It leaked on a laptop."


@pytest.fixture
def public(tmp_path: Path) -> Path:
    (tmp_path / "one.pub").write_text(K1.public.pem)
    (tmp_path / "two.pub").write_text(K2.public.pem)
    (tmp_path / "one.key").write_bytes(K1.pem(b""))
    return tmp_path


def add(cli: CommandLine, policies: Path, public: Path, *more: str, name: str = "acme") -> Ended:
    return cli("trust", "add", name, "--key", str(public), "--policies", str(policies), *more)


NEW = ("--names", "acme_*", "--authors", "*@acme.example")


def test_a_publisher_is_added_and_listed(cli: CommandLine, policies: Path, public: Path) -> None:
    assert add(cli, policies, public / "one.pub", *NEW, "--tier", "write", "--not-after", "2099-12-31").code == 0
    (found,) = load_trust(policies).publishers
    assert (found.id, found.names, found.authors, found.tier.word, found.keys[0].id) == (
        "acme",
        ("acme_*",),
        ("*@acme.example",),
        "write",
        K1.public.id,
    )
    told = cli("trust", "list", "--policies", str(policies))
    assert K1.public.id in told.out
    assert "until 2100-01-01T00:00:00Z" in told.out


def test_one_more_key_of_a_publisher_is_added_to_it(cli: CommandLine, policies: Path, public: Path) -> None:
    add(cli, policies, public / "one.pub", *NEW)
    file = policies / "trust.yaml"
    file.write_text(file.read_text().replace("publishers:", "# ours\npublishers:") + "# the end\n")
    assert add(cli, policies, public / "two.pub").code == 0
    assert [each.id for each in load_trust(policies).publishers[0].keys] == [K1.public.id, K2.public.id]
    assert "# ours\n" in file.read_text()
    assert file.read_text().endswith("# the end\n")


@pytest.mark.parametrize(
    ("file", "more", "said"),
    [
        ("one.pub", (), "needs --names and --authors"),
        ("one.key", NEW, "this is a private key"),
        ("none.pub", NEW, "No such file"),
        ("one.pub", (*NEW, "--tier", "root"), "'root'"),
        ("one.pub", (*NEW, "--threshold", "2"), "2 keys must sign, and there are 1"),
        ("one.pub", (*NEW, "--not-before", "soon"), "a day, as 2027-01-31"),
    ],
)
def test_what_may_not_stand_there_is_not_written(
    cli: CommandLine, policies: Path, public: Path, file: str, more: tuple[str, ...], said: str
) -> None:
    told = add(cli, policies, public / file, *more)
    assert told.code in (1, 2, 3)
    assert said in told.err
    assert not (policies / "trust.yaml").exists()


def test_a_publishers_terms_are_not_changed_on_the_way(cli: CommandLine, policies: Path, public: Path) -> None:
    add(cli, policies, public / "one.pub", *NEW)
    before = (policies / "trust.yaml").read_text()
    assert "is there already" in add(cli, policies, public / "two.pub", "--tier", "system").err
    assert "already" in add(cli, policies, public / "one.pub").err
    assert "overlap" in add(cli, policies, public / "two.pub", "--names", "acme_x", "--authors", "X", name="other").err
    assert (policies / "trust.yaml").read_text() == before


def test_a_file_with_a_fault_is_left_alone(cli: CommandLine, policies: Path, public: Path) -> None:
    (policies / "trust.yaml").write_text("trust: 1\npublisher: []\n")
    assert add(cli, policies, public / "one.pub", *NEW).code == 3
    assert (policies / "trust.yaml").read_text() == "trust: 1\npublisher: []\n"


@pytest.mark.parametrize("what", [("--key", K1.public.id), ("--digest", f"sha256:{'0' * 64}"), ("--name", "acme_*", "--versions", "<1.2")])
def test_trust_is_taken_back_by_key_digest_or_versions(cli: CommandLine, policies: Path, what: tuple[str, ...]) -> None:
    revoke = ("trust", "revoke", *what, "--reason", REASON, "--policies", str(policies))
    assert cli(*revoke, "--by", "R. Reviewer").code == 0
    (found,) = load_revocations(policies).entries
    assert (found.reason, found.by) == (REASON, "R. Reviewer")
    assert {found.key, found.digest, found.name, found.versions} - {""} == set(what[1::2])
    assert REASON in cli("trust", "list", "--policies", str(policies)).out
    again = cli(*revoke)
    assert again.code == 2
    assert "R. Reviewer revoked it already" in again.err
    assert cli("trust", "revoke", "--key", K2.public.id, "--reason", REASON, "--policies", str(policies)).code == 0
    assert len(load_revocations(policies).entries) == 2


@pytest.mark.parametrize(
    "what",
    [
        (),
        ("--key", K1.public.id, "--digest", f"sha256:{'0' * 64}"),
        ("--name", "x"),
        ("--versions", "*"),
        ("--key", K1.public.id, "--versions", "*"),
    ],
)
def test_exactly_one_thing_is_revoked_at_a_time(cli: CommandLine, policies: Path, what: tuple[str, ...]) -> None:
    told = cli("trust", "revoke", *what, "--reason", REASON, "--policies", str(policies))
    assert told.code == 2
    assert "--name PATTERN --versions RANGE" in told.err


@pytest.mark.parametrize("what", [("--key", "no key!"), ("--digest", "sha256:0"), ("--name", "x", "--versions", "old")])
def test_a_revocation_that_says_nothing_is_not_written(cli: CommandLine, policies: Path, what: tuple[str, ...]) -> None:
    assert cli("trust", "revoke", *what, "--reason", REASON, "--policies", str(policies)).code == 3
    assert not (policies / "revocations.yaml").exists()


def test_machines_are_told_the_same(cli: CommandLine, policies: Path, public: Path) -> None:
    assert add(cli, policies, public / "one.pub", *NEW, "--json").json()["key"] == K1.public.id
    cli("trust", "revoke", "--key", K2.public.id, "--reason", REASON, "--policies", str(policies))
    told = cli("trust", "list", "--policies", str(policies), "--json").json()
    assert [key["id"] for key in told["publishers"][0]["keys"]] == [K1.public.id]
    assert told["revoked"][0]["key"] == K2.public.id


# --- the files ---------------------------------------------------------------------------------------------------------------------

ITEM = {"id": "new", "names": ["a*"], "n": 1, "keys": [{"public": "A\nB\n"}]}
LINES = '- id: "new"\n  names: ["a*"]\n  n: 1\n  keys:\n    - public: |\n        A\n        B\n'


SPREAD = "list:\n    - x: |\n        y\n    -\n      z: [1,\n       2]\n"


def indented(columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in LINES.splitlines())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nlist:\n", f"a: 1\nlist:\n{indented(2)}"),
        ("a: 1\nlist: []  # none\n# end\n", f"a: 1\nlist:  # none\n# end\n{indented(2)}"),
        ("list:\na: 1\n", f"list:\n{indented(2)}a: 1\n"),
        ("list: []\na: 1", f"list:\n{indented(2)}a: 1\n"),
        ("list:\n- x: 1 # one\n# end\na: 1\n", f"list:\n- x: 1 # one\n{indented(0)}# end\na: 1\n"),
        (
            "list:\n    - x: |\n        y\n    -\n      z: [1,\n       2]\n",
            f"list:\n    - x: |\n        y\n    -\n      z: [1,\n       2]\n{indented(4)}",
        ),
    ],
)
def test_a_list_grows_where_it_stands(before: str, after: str) -> None:
    assert grown(before, ("list",), ITEM) == after


def test_a_list_in_an_item_grows() -> None:
    text = "list:\n  - keys:\n      - x: 1\n  - keys: []\n"
    assert grown(text, ("list", 0, "keys"), {"x": 2}) == "list:\n  - keys:\n      - x: 1\n      - x: 2\n  - keys: []\n"
    assert grown(text, ("list", 1, "keys"), {"x": 2}) == "list:\n  - keys:\n      - x: 1\n  - keys:\n      - x: 2\n"


@pytest.mark.parametrize("text", ["list: [{x: 1}]\n", "{list: []}\n", "other: 1\n", "- list\n", "list: {}\n"])
def test_a_list_of_another_shape_does_not(text: str) -> None:
    assert grown(text, ("list",), ITEM) is None
