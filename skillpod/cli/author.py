"""Commands for who writes skills: make one, check it."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.checking import Format, Wanted
from skillpod.cli.checking import check as run_check
from skillpod.cli.options import DEFAULT_HOME, Folders, HomeDir, Json, PolicyName
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.manifest.template import new_skill
from skillpod.model.names import SKILL_NAME_LIMIT, is_skill_name
from skillpod.serve.answers import Exit

app = typer.Typer(rich_markup_mode=None, add_completion=False)


# --- new ---------------------------------------------------------------------------------------------------------------------------


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The skill's name.")],
    *,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where its folder is made.")] = Path("skills"),
    json: Json = False,
) -> None:
    """Make a skill folder that mounts as it is, with a tool, a test and a manual."""
    if not is_skill_name(name):
        raise CommandInvalid(f"`{name}` can't be a skill's name", at="NAME", hint=_name_hint(name))
    folder = into / name
    if folder.exists() or folder.is_symlink():
        raise PathUnusable("it is there already; nothing was written", at=str(folder), hint="choose another name, or another --into")
    files = new_skill(name)
    # Made beside and renamed, so that a pod that watches never sees half of it.
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=into) as scratch:
        made = Path(scratch) / name
        for file, content in files.items():
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            (made / file).write_bytes(content)
        made.rename(folder)
    if json:
        render.data({"name": name, "path": str(folder), "files": sorted(files)})
        return
    shown = shlex.quote(str(folder))
    render.line(("made ", "green"), (str(folder), "bold"), f": {', '.join(sorted(files))}")
    render.line("  next: ", (f"skillpod test {shown}", "cyan"))
    render.line("        ", (f"skillpod serve --skills {shlex.quote(str(into))}", "cyan"))


def _name_hint(name: str) -> str:
    better = "_".join("".join(char if char.isascii() and char.isalnum() else " " for char in name.lower()).split())[:SKILL_NAME_LIMIT]
    rule = f"small letters and digits, with _ or - between, a letter first, at most {SKILL_NAME_LIMIT}"
    return f"{rule}; `{better}` would do" if is_skill_name(better) else rule


# --- check -------------------------------------------------------------------------------------------------------------------------


@app.command("check")
def check(
    folders: Folders,
    *,
    policies: Annotated[
        Path | None, typer.Option("--policies", metavar="DIR", help="Say what the policy in DIR decides, too.", show_default=False)
    ] = None,
    policy: PolicyName = None,
    suppressions: Annotated[
        Path | None,
        typer.Option("--suppressions", metavar="FILE", help="What is accepted; else suppressions.yaml of --policies.", show_default=False),
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="The paths are changed files: check the skills they are in, pass over the others.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="DIR|DIGEST", help="Say what changed since that version: its folder, or sha256:... in --home's store."
        ),
    ] = None,
    home: HomeDir = DEFAULT_HOME,
    format: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.TEXT,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="N", min=0, help="How many skills are read at a time; 0: one a processor.", show_default=False
        ),
    ] = 0,
) -> None:
    """Say everything that is wrong with skill folders: manifest, tools, audit, signatures. Nothing of them is run.

    Exit code 1 when one is denied, or refused by the policy.
    """
    wanted = Wanted(
        folders=folders,
        policies=policies,
        policy=policy,
        suppressions=suppressions,
        changed=changed,
        against=against,
        home=home,
        format=Format.JSON if json else format,
        jobs=jobs,
    )
    end = run_check(wanted)
    if end is not Exit.DONE:
        raise typer.Exit(end)
