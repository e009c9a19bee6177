"""The options that several commands share, said once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

HomeDir = Annotated[
    Path, typer.Option("--home", envvar="SKILLPOD_HOME", metavar="DIR", help="The pod's own directory: journal, store, socket.")
]
Skills = Annotated[Path, typer.Option("--skills", envvar="SKILLPOD_SKILLS", metavar="DIR", help="The folder whose folders are skills.")]
Policies = Annotated[
    Path | None,
    typer.Option("--policies", envvar="SKILLPOD_POLICIES", metavar="DIR", help="Policies of your own, instead of the packaged one."),
]
PolicyName = Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Which policy of --policies is in force.")]
As = Annotated[
    Path | None,
    typer.Option(
        "--as", metavar="FILE", help="Speak to the pod as the holder of the token in this file, not as its owner; or set SKILLPOD_TOKEN."
    ),
]
Folders = Annotated[list[Path], typer.Argument(metavar="DIR...", help="A skill's folder, a file in it, or a folder of skills.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

DEFAULT_HOME = Path(".skillpod")
DEFAULT_SKILLS = Path("skills")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a pod lives and what it follows; ``token_file`` holds the token of whoever speaks to it, None for its owner."""

    home: Path
    skills: Path = DEFAULT_SKILLS
    policies: Path | None = None
    policy: str | None = None
    token_file: Path | None = None
