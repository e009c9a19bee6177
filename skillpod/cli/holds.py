"""Commands for the people who answer: what is held and why, yes and no, broken glass and its review."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from skillpod.cli import portrait, render, reviewing
from skillpod.cli.access import any_pod, myself
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, As, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.errors import CommandInvalid, NotAllowed, NothingHeld, SkillpodError, UnknownDigest
from skillpod.model.command import Command, Verb
from skillpod.model.digest import short
from skillpod.model.span import seconds

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The skill's name.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the journal.")]
Which = Annotated[
    str, typer.Option("--digest", metavar="DIGEST", help="The digest you looked at, or its beginning; without it you are asked.")
]
Lasts = Annotated[str, typer.Option("--for", metavar="TIME", help="How long it holds: 30m, 4h, 90d.")]


@app.command("holds")
def holds(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only this one, with all that would change.")] = "",
    *,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """What waits for people's answers; with a NAME, all that a reviewer should see before giving one."""
    with any_pod(Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who)) as pod:
        found = pod.held(name) if name else None
        waiting = [] if name else pod.holds()
    if json:
        render.data(found if name else {"holds": waiting})
    elif found is not None:
        for spans in reviewing.held_lines(found):
            render.line(*spans)
    elif waiting:
        render.table(reviewing.COLUMNS, map(reviewing.row, waiting))
        render.note("`skillpod holds NAME` shows what would change; `skillpod approve NAME` or `skillpod deny NAME` answers")
    else:
        render.note("nothing waits for an answer")


@app.command("approve")
def approve(
    name: Name,
    *,
    reason: Reason,
    digest: Which = "",
    lasts: Lasts = "",
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Agree to what is held under NAME: to this digest, asking for this, under this policy, and to nothing else."""
    _answer(
        Verb.APPROVE,
        name,
        reason,
        digest,
        lasts,
        Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who),
        json=json,
    )


@app.command("deny")
def deny(
    name: Name,
    *,
    reason: Reason,
    digest: Which = "",
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Say no to what is held under NAME. One no is enough: it holds for this digest, under this policy."""
    _answer(
        Verb.DENY, name, reason, digest, "", Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who), json=json
    )


@app.command("break-glass")
def break_glass(
    name: Name,
    *,
    reason: Reason,
    digest: Which = "",
    lasts: Lasts = "",
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Let what is held run now, alone, for a few hours (4 if not said, 24 at most). It alerts, and somebody else must review it."""
    _answer(
        Verb.BREAK_GLASS,
        name,
        reason,
        digest,
        lasts,
        Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who),
        json=json,
    )


@app.command("reviews")
def reviews(
    *,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """The broken glass that nobody has reviewed yet."""
    with any_pod(Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who)) as pod:
        found = pod.reviews()
    if json:
        render.data({"reviews": found})
    elif found:
        render.table(reviewing.REVIEW_COLUMNS, map(reviewing.review_row, found))
    else:
        render.note("no broken glass waits for a review")


@app.command("review")
def review(
    name: Name,
    *,
    reason: Reason,
    home: HomeDir = DEFAULT_HOME,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    who: As = None,
    json: Json = False,
) -> None:
    """Close the review of the glass that was broken for NAME: somebody other than who broke it says what they make of it."""
    command = Command(verb=Verb.REVIEW, principal=myself(), name=name, reason=reason)
    with any_pod(Places(home=home, skills=skills, policies=policies, policy=policy, token_file=who)) as pod:
        skill = pod.execute(command)
    if json:
        render.data(skill)
    else:
        render.line((name, "bold"), " is reviewed")


def _answer(verb: Verb, name: str, reason: str, digest: str, lasts: str, places: Places, *, json: bool) -> None:
    with any_pod(places) as pod:
        held = {"digest": digest} if digest else pod.held(name)
        if not digest:
            _ask(verb, held)
        command = Command(
            verb=verb, principal=myself(), name=name, to=str(held["digest"]), reason=reason, lasts=_seconds(lasts) if lasts else 0.0
        )
        try:
            skill = pod.execute(command)
        except (NothingHeld, NotAllowed, UnknownDigest):
            raise
        except SkillpodError:
            if not json and verb is Verb.APPROVE and all(each["name"] != name for each in pod.holds()):
                render.line((name, "bold"), " is approved, and ", ("not mounted", "yellow"), ": something else stands in its way")
            raise
        waiting = next((each for each in pod.holds() if each["name"] == name), None)
    if json:
        render.data(skill)
    elif waiting is not None:
        render.line((name, "bold"), " is still ", ("held", "yellow"), ": ", reviewing.given(waiting))
    else:
        render.line(*portrait.outcome(verb, skill))


def _ask(verb: Verb, held: dict[str, Any]) -> None:
    """A person at a terminal sees what they answer to; anybody else must name it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        hint = f"look at it first: `skillpod holds {held['name']}`, then --digest {short(held['digest'])}"
        raise CommandInvalid("say which digest it is that you looked at", at="--digest", hint=hint)
    for spans in reviewing.held_lines(held):
        render.line(*spans)
    typer.confirm(f"{verb.value} {held['name']} {held['version']}, {short(held['digest'])}?", abort=True)


def _seconds(text: str) -> float:
    lasts = seconds(text)
    if not lasts:
        raise CommandInvalid(f"`{text}` is no span of time", at="--for", hint="as in 30m, 4h or 90d")
    return lasts
