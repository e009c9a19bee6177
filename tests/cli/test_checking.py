"""Check as a hook and in CI: changed files lead to their skills, and what docs/checking.md says is so."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from skillpod.audit.ruleset import _FIRM
from skillpod.cli.checkup import changed_skills, skill_folders
from skillpod.errors import PathUnusable
from tests.cli.conftest import CommandLine
from tests.support.skills import write_skill

ROOT = Path(__file__).parent.parent.parent
PICK = '''\
from skillpod import tool


class Words:
    def by(self, name: str) -> list[str]:
        return getattr(self, name)()


@tool
def arrange(name: str) -> list[str]:
    """Arrange."""
    return Words().by(name)
'''
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.fixture
def repository(skills: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two skills and a file beside them; we stand in the root of it."""
    write_skill(skills, "good", files={"parts/words.py": "WORDS = []\n", "inner/SKILL.md": "a text"})
    write_skill(skills, "bad", files={"more.py": "import subprocess\n"})
    (skills.parent / "README.md").write_text("about them")
    monkeypatch.chdir(skills.parent)
    return skills.parent


def test_the_hook_checks_the_skills_that_changed_files_are_in(cli: CommandLine, repository: Path) -> None:
    (hook,) = HOOKS
    program, *arguments = shlex.split(hook["entry"])
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert (hook["language"], hook["id"], program in scripts) == ("python", "skillpod-check", True)
    good = cli(*arguments, "README.md", "skills/good/handler.py", "skills/good/parts/words.py")
    assert (good.code, good.out) == (0, "checked 1 skill: 1 allow\n")
    bad = cli(*arguments, "skills/good/handler.py", "skills/bad/manifest.yaml")
    assert bad.code == 1
    assert "--> skills/bad/more.py:1:8" in bad.out
    none = cli(*arguments, "README.md", "pyproject.toml")
    assert (none.code, none.out) == (0, "checked 0 skills\n")


def test_a_path_belongs_to_the_outermost_skill_along_it_and_each_is_named_once(repository: Path) -> None:
    changed = [
        "skills/good/inner/SKILL.md",
        "skills/bad/more.py",
        "skills/good/gone.py",
        "elsewhere/gone.py",
        "skills/../skills/bad/more.py",
    ]
    assert [path.name for path in changed_skills([Path(path) for path in changed])] == ["good", "bad"]
    absolute = repository / "skills" / "bad" / "more.py"
    assert list(changed_skills([absolute])) == [absolute.parent]


def test_a_link_in_a_skill_leads_to_the_skill_and_not_to_where_it_points(repository: Path) -> None:
    link = Path("skills/good/link")
    link.symlink_to("/etc")
    assert list(changed_skills([link])) == [Path("skills/good")]


def test_without_being_told_so_a_file_in_no_skill_is_a_mistake(repository: Path) -> None:
    assert list(skill_folders([Path("skills/bad/more.py"), Path("skills")])) == [Path("skills/bad"), Path("skills/good")]
    with pytest.raises(PathUnusable, match="in no skill"):
        list(skill_folders([Path("README.md")]))
    with pytest.raises(PathUnusable, match="is not there"):
        list(skill_folders([Path("skills/good/gone.py")]))


def test_the_page_names_every_rule_that_nobody_can_accept() -> None:
    text = (ROOT / "docs" / "checking.md").read_text()
    assert [rule for rule in _FIRM if rule not in text] == []


def test_the_example_on_the_page_is_what_check_prints(cli: CommandLine, skills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_skill(skills, "demo", handler=PICK)
    monkeypatch.chdir(skills.parent)
    assert cli("check", "skills/demo").out in (ROOT / "docs" / "checking.md").read_text()
    (finding,) = cli("check", "skills/demo", "--json").json()["skills"][0]["findings"]
    assert finding["fingerprint"] in (ROOT / "docs" / "checking.md").read_text()


def test_the_example_in_the_readme_is_what_check_prints(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOT / "README.md").read_text()
    (line,) = re.findall(r"\$ echo '(.*LOOT.*)' >> /tmp/thief/handler.py", readme)
    monkeypatch.setenv("COLUMNS", "150")
    cli("new", "thief", "--into", str(tmp_path))
    with (tmp_path / "thief" / "handler.py").open("a") as handler:
        handler.write(f"{line}\n")
    said = cli("check", str(tmp_path / "thief")).out.replace(str(tmp_path), "/tmp")
    page = readme.partition("$ skillpod explain IMP-001\n")[2].partition("...\n")[0]
    assert f"$ skillpod check /tmp/thief\n{said}$ skillpod explain IMP-001\n" in readme
    assert page
    assert cli("explain", "IMP-001").out.startswith(page)
