"""Locking, building and listing packages, with an index that is a folder of wheels made here."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
import yaml

from skillpod.store.wheel import digest_of
from tests.cli.conftest import CommandLine, Ended
from tests.support.skills import write_skill
from tests.support.wheels import wheel

INNER = wheel("inner-words", {"inner_words.py": "WORD = 'hello'\n"}, version="2.0")
OUTER = wheel(
    "words",
    {
        "words/__init__.py": "from inner_words import WORD\n",
        "more/__init__.py": "",
        "words-1.0.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: words\nVersion: 1.0.0\nRequires-Dist: inner-words>=1\n",
    },
)
NATIVE = wheel("fast", {"fast/__init__.py": "", "fast/_c.so": b"\x7fELF"})
HANDLER = """\
from words import WORD

from skillpod import tool


@tool
def word() -> str:
    \"\"\"A word.\"\"\"
    return WORD
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only index."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name, content in (("inner_words-2.0", INNER), ("words-1.0.0", OUTER), ("fast-1.0.0", NATIVE)):
        (folder / f"{name}-py3-none-any.whl").write_bytes(content)
    for setting in ("PIP_CONSTRAINT", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(setting, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def deps(cli: CommandLine, skills: Path, index: Path) -> CommandLine:
    """``skillpod deps``; ``speaks`` in the skills folder has a lock of two packages."""
    lock = yaml.safe_load(cli("deps", "lock", "words").out)
    write_skill(skills, "speaks", handler=HANDLER, manifest={**lock, "tests": [{"tool": "word", "arguments": {}, "expect": "hello"}]})
    return lambda *arguments: cli("deps", *arguments)


def test_a_lock_names_all_that_is_needed_and_can_be_read_as_it_is_printed(cli: CommandLine, index: Path) -> None:
    told = cli("deps", "lock", "words", "fast==1.0.0")
    assert told.code == 0, told.err
    assert yaml.safe_load(told.out) == {
        "requires": {
            "packages": [
                {"name": "fast", "version": "1.0.0", "native": True, "hashes": [digest_of(NATIVE)]},
                {"name": "inner-words", "version": "2.0", "hashes": [digest_of(INNER)]},
                {"name": "words", "version": "1.0.0", "imports": ["more", "words"], "hashes": [digest_of(OUTER)]},
            ]
        }
    }
    assert [each["name"] for each in cli("deps", "lock", "words", "--json").json()["packages"]] == ["inner-words", "words"]


INJECTED = "words; python_version == '\n--index-url=https://example.org\n'"


@pytest.mark.parametrize(
    "name", ["", "words ==", "words @ https://example.org/w.whl", "-r/etc/passwd", "words\n--index-url=x", "../words", INJECTED]
)
def test_what_is_no_package_is_no_option_of_pip_either(cli: CommandLine, name: str) -> None:
    told = cli("deps", "lock", "--", name)
    assert told.code == 2
    assert "[command_invalid]" in told.err


def test_what_nobody_needs_here_is_no_lock(cli: CommandLine, index: Path) -> None:
    told = cli("deps", "lock", "words; python_version < '3'")
    assert told.code == 2
    assert "none of these is needed" in told.err


def test_a_python_that_is_none_is_said(cli: CommandLine) -> None:
    told = cli("deps", "lock", "words", "--python", "snake")
    assert told.code == 2
    assert "no version of Python" in told.err


def test_a_package_that_is_nowhere_is_said_by_pips_own_words(cli: CommandLine, index: Path) -> None:
    told = cli("deps", "lock", "nowhere")
    assert told.code == 3
    assert "[package_unusable]: pip did not fetch them: " in told.err
    assert "No matching distribution found for nowhere" in told.err


def test_an_index_that_is_not_there_is_said(cli: CommandLine, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    assert "the index can't be reached; " in cli("deps", "lock", "nowhere").err


def test_what_is_no_file_is_no_wheel(deps: CommandLine, skills: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pipes"
    folder.mkdir()
    os.mkfifo(folder / "words-1.0.0-py3-none-any.whl")
    assert "has no wheel of" in deps("build", str(skills / "speaks"), "--wheels", str(folder)).err


def test_a_source_distribution_is_never_taken(cli: CommandLine, index: Path, tmp_path: Path) -> None:
    import tarfile

    (tmp_path / "setup.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with tarfile.open(index / "evil-1.0.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "setup.py", "evil-1.0/setup.py")
    told = cli("deps", "lock", "evil")
    assert told.code == 3
    assert not (tmp_path / "ran").exists()


def built(told: Ended) -> list[str]:
    assert told.code == 0, told.err
    return told.out.splitlines()


def test_what_a_wheel_requires_by_url_is_not_built_either(cli: CommandLine, index: Path, tmp_path: Path) -> None:
    """Nor is git asked for it, which would be another program that strangers word the arguments of."""
    folder, ran = tmp_path / "evil-1.0", tmp_path / "ran"
    folder.mkdir()
    (folder / "setup.py").write_text(f"open({str(ran)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='evil', version='1.0')\n")
    with tarfile.open(tmp_path / "evil-1.0.tar.gz", "w:gz") as archive:
        archive.add(folder, "evil-1.0")
    for url in (f"file://{tmp_path}/evil-1.0.tar.gz", f"file://{folder}", f"git+file://{folder}"):
        metadata = f"Metadata-Version: 2.1\nName: lures\nVersion: 1.0.0\nRequires-Dist: evil @ {url}\n"
        lure = wheel("lures", {"lures.py": "", "lures-1.0.0.dist-info/METADATA": metadata})
        (index / "lures-1.0.0-py3-none-any.whl").write_bytes(lure)
        ended = cli("deps", "lock", "lures")
        assert ended.code != 0
        assert "pip may start nothing" in ended.err, url
        assert not ran.exists()


def test_what_is_locked_is_built_once_and_the_skill_runs_with_it(deps: CommandLine, cli: CommandLine, skills: Path) -> None:
    before = cli("test", str(skills / "speaks"))
    assert before.code == 3
    assert "[package_unusable]: 2 packages can't be used: inner-words 2.0 is not built" in before.out
    assert built(deps("build", str(skills))) == ["built inner-words 2.0", "built words 1.0.0"]
    assert deps("build", str(skills)).err == "2 packages built before\n"
    assert deps("build", str(skills), "--json").json() == {"built": [], "there": 2}
    assert "pass  word()" in cli("test", str(skills / "speaks")).out


def test_a_folder_of_wheels_will_do_and_then_no_index_is_asked(
    deps: CommandLine, skills: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillpod.sandbox.pip.Pip._run", lambda *_: pytest.fail("pip was started"))
    assert len(built(deps("build", str(skills), "--wheels", str(index)))) == 2


def test_a_wheel_with_another_digest_is_not_taken_from_anywhere(deps: CommandLine, skills: Path, index: Path, home: Path) -> None:
    other = wheel("words", {"words/__init__.py": "WORD = 'evil'\n"})
    (index / "words-1.0.0-py3-none-any.whl").write_bytes(other)
    for told in (deps("build", str(skills)), deps("build", str(skills), "--wheels", str(index))):
        assert told.code == 3
        assert "[package_unusable]" in told.err
    assert digest_of(other).removeprefix("sha256:") not in {path.name for path in (home / "packages").iterdir()}


def test_without_pip_it_says_what_to_do(deps: CommandLine, skills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillpod.sandbox.pip.importlib.util.find_spec", lambda name: None)
    told = deps("build", str(skills))
    assert told.code == 3
    assert "[package_missing]" in told.err
    assert "--wheels FOLDER" in told.err


def test_a_folder_that_is_none_is_said(deps: CommandLine, skills: Path) -> None:
    told = deps("build", str(skills), "--wheels", str(skills / "nowhere"))
    assert (told.code, "[path_unusable]" in told.err) == (3, True)


def test_what_is_there_is_listed_and_what_was_changed_is_found(deps: CommandLine, skills: Path, home: Path) -> None:
    assert deps("list").err == "no package was built there\n"
    deps("build", str(skills))
    assert [line.split()[:3] for line in deps("list").out.splitlines()[1:]] == [
        ["inner-words", "2.0", "Python"],
        ["words", "1.0.0", "Python"],
    ]
    assert deps("verify").code == 0
    file = next((home / "packages").glob("*/site/words/__init__.py"))
    file.chmod(0o644)
    file.write_text("WORD = 'evil'\n")
    told = deps("verify")
    assert (told.code, "words 1.0.0 was changed: words/__init__.py" in told.out) == (1, True)
    assert [bool(each["fault"]) for each in deps("verify", "--json").json()["packages"]] == [False, True]


def test_what_no_skill_locks_is_removed(deps: CommandLine, skills: Path, tmp_path: Path) -> None:
    deps("build", str(skills))
    assert deps("prune", str(skills)).err == "every package there is locked by one of these skills\n"
    other = tmp_path / "others"
    other.mkdir()
    write_skill(other, "plain")
    assert deps("prune", str(other)).out.splitlines() == ["removed inner-words 2.0", "removed words 1.0.0"]
    assert deps("list", "--json").json() == {"packages": []}


def test_a_manifest_that_is_not_in_order_builds_nothing(deps: CommandLine, skills: Path) -> None:
    write_skill(skills, "broken", manifest={"requires": {"packages": ["words"]}})
    told = deps("build", str(skills))
    assert told.code == 1
    assert "`skillpod deps lock NAME` prints what to write" in told.err
