"""The audit's rules, one or all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from skillpod.audit.ruleset import RULESET
from skillpod.cli import render, rulebook
from skillpod.cli.faults import SEVERITY_STYLES
from skillpod.cli.options import Json
from skillpod.cli.rulebook import Page

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command("explain")
def explain(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="A rule's id, as `check` prints it.", show_default=False)] = None,
    *,
    json: Json = False,
) -> None:
    """Say why a rule of the audit fires and what to do, with an example of each; without a rule, list them all."""
    if rule is not None:
        _one(rulebook.find_page(rule), json=json)
        return
    pages = [rulebook.page(known) for known in rulebook.rules()]
    if json:
        render.data({"ruleset": RULESET, "rules": [_entry(page) for page in pages]})
        return
    render.table(
        ("RULE", "SEVERITY", "WHAT"),
        [(page.rule, (_severities(page), SEVERITY_STYLES[page.severities[0]]), page.title) for page in pages],
    )


def _one(page: Page, *, json: bool) -> None:
    if json:
        render.data({"ruleset": RULESET, **_entry(page), "page": page.text})
    else:
        render.page(f"{page.text.rstrip()}\n\n## Accepting it\n{page.accepting}\n")


def _entry(page: Page) -> dict[str, object]:
    return {
        "rule": page.rule,
        "title": page.title,
        "severities": [severity.value for severity in page.severities],
        "cwe": page.cwe,
        "seen": page.seen,
        "accepting": page.accepting,
    }


def _severities(page: Page) -> str:
    return " or ".join(severity.value for severity in page.severities)
