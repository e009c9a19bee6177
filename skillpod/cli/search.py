"""The command that finds tools and skills by what they do."""

from __future__ import annotations

from typing import Annotated

import typer

from skillpod.cli import render
from skillpod.cli.access import any_pod
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, As, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.registry.stable import SEARCH

app = typer.Typer(rich_markup_mode=None, add_completion=False)

COLUMNS = ("NAME", "KIND", "WHAT IT DOES")


@app.command("search")
def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY...", help="What is wanted, in a few words.")],
    *,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="How many to give, at most 50.")] = 10,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Find tools and skills by what they do, best first: what an agent gets from skillpod_search.

    Through the running pod; with none running, through one started for this search.
    """
    with any_pod(Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who)) as pod:
        found = pod.invoke(SEARCH, {"query": " ".join(query), "limit": limit}).value
    if json:
        render.data(found)
    elif found:
        render.table(COLUMNS, [((result["name"], "bold"), result["kind"], result["description"]) for result in found])
    else:
        render.note("nothing that is mounted fits; other words may, and `skillpod list` shows all there is")
