"""The commands about whom the operator trusts: publishers and their keys, and what was taken back."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from skillpod.cli import render
from skillpod.cli.checkup import today
from skillpod.cli.growing import Growing, read_growing
from skillpod.cli.options import Json
from skillpod.config import load_revocations, load_trust, parse_revocations, parse_trust
from skillpod.documents import read_yaml
from skillpod.errors import CommandInvalid, PathUnusable
from skillpod.model.capability import Tier
from skillpod.trust import revocations, store
from skillpod.trust.keys import read_public
from skillpod.trust.publisher import PinnedKey, Publisher

app = typer.Typer(rich_markup_mode=None, add_completion=False)
trust = typer.Typer(rich_markup_mode=None, add_completion=False, help="Whose signatures count: add and list publishers, take trust back.")
app.add_typer(trust, name="trust")

_TRUST_HEAD = """\
# Whose signatures count, and for which skills. docs/signing.md says how this is read; `skillpod trust add` adds to it.
trust: 1
publishers:
...
"""
_REVOCATIONS_HEAD = """\
# Trust that was taken back. docs/signing.md says how this is read; `skillpod trust revoke` adds to it.
revocations: 1
revoked:
...
"""

Policies = Annotated[
    Path, typer.Option("--policies", envvar="SKILLPOD_POLICIES", metavar="DIR", help="The folder of policies it is written to.")
]
DEFAULT_POLICIES = Path("policies")


# --- add ---------------------------------------------------------------------------------------------------------------------------


@trust.command("add")
def add(
    publisher: Annotated[str, typer.Argument(metavar="PUBLISHER", help="Who: a word of yours, or one that is there, for a further key.")],
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The public key in PEM, which you have from its owner.")],
    names: Annotated[
        list[str] | None, typer.Option("--names", metavar="PATTERN", help="Names of skills that are its own, as in `acme_*`.")
    ] = None,
    authors: Annotated[
        list[str] | None,
        typer.Option("--authors", metavar="AUTHOR", help="Whom its manifests may name: to the letter, or as in `*@acme.example`."),
    ] = None,
    tier: Annotated[str | None, typer.Option("--tier", metavar="TIER", help="The highest tier of its skills. [default: read-only]")] = None,
    threshold: Annotated[int | None, typer.Option("--threshold", metavar="N", help="How many keys must sign. [default: 1]")] = None,
    not_before: Annotated[str | None, typer.Option("--not-before", metavar="DATE", help="From when on the key counts.")] = None,
    not_after: Annotated[str | None, typer.Option("--not-after", metavar="DATE", help="The last day on which it does.")] = None,
    policies: Policies = DEFAULT_POLICIES,
    json: Json = False,
) -> None:
    """Trust a publisher's key, or one more of its keys: written to trust.yaml in the folder of policies."""
    growing = _growing(policies, store.FILE, _TRUST_HEAD)
    file = str(growing.file)
    public = read_public(key.read_bytes().decode(errors="replace"), at=str(key))
    window = {field: value for field, value in (("not_before", not_before), ("not_after", not_after)) if value is not None}
    entry = {"id": public.id, "type": public.type.value, **window, "public": public.pem}
    known = [each.id for each in parse_trust(growing.text.encode(), name=file).publishers]
    offered = {"names": names, "authors": authors, "tier": tier, "threshold": threshold}
    said = {field: value for field, value in offered.items() if value}
    if publisher in known:
        _check_only_a_key(publisher, said, file)
        growing.add(("publishers", known.index(publisher), "keys"), entry, check=lambda text: parse_trust(text, name=file))
    else:
        whole = {"id": publisher, **_terms(said), "keys": [entry]}
        growing.add(("publishers",), whole, check=lambda text: parse_trust(text, name=file))
    if json:
        render.data({"file": file, "publisher": publisher, "key": public.id, "type": public.type.value, **said, **window})
        return
    render.line(("trusted ", "green"), (publisher, "bold"), f" with the {public.type.value} key {public.id}: {file}")
    render.line("  next: ", (f"skillpod verify DIR --policies {shlex.quote(str(policies))}", "cyan"))


def _check_only_a_key(publisher: str, said: Mapping[str, Any], file: str) -> None:
    if said:
        what = ", ".join(f"--{field}" for field in said)
        hint = f"leave {what} out, or change the publisher in {file}"
        raise CommandInvalid(f"{publisher!r} is there already: this adds a key to it, and nothing else", at="PUBLISHER", hint=hint)


def _terms(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a publisher is trusted for, with what was not said written out."""
    if "names" not in said or "authors" not in said:
        hint = "say which skills are its own, and whom they may name as author"
        raise CommandInvalid("a new publisher needs --names and --authors", at="PUBLISHER", hint=hint)
    return {"names": said["names"], "authors": said["authors"], "tier": Tier.READ_ONLY.word, "threshold": 1, **said}


def _growing(policies: Path, file: str, head: str) -> Growing:
    if not policies.is_dir():
        raise PathUnusable("the folder of policies is not there", at=str(policies), hint="make it, or name it with --policies DIR")
    return read_growing(policies / file, head=head)


# --- list --------------------------------------------------------------------------------------------------------------------------


@trust.command("list")
def every(*, policies: Policies = DEFAULT_POLICIES, json: Json = False) -> None:
    """Every publisher with its names, tier and keys, and everything that was revoked."""
    trusted, taken_back = load_trust(policies), load_revocations(policies)
    if json:
        published = [_publisher(each) for each in trusted.publishers]
        render.data({"publishers": published, "revoked": [entry.as_dict() for entry in taken_back.entries]})
        return
    rows: list[Sequence[str]] = []
    for publisher in trusted.publishers:
        for pinned in publisher.keys:
            kind = pinned.key.type.value if isinstance(pinned, PinnedKey) else "x509"
            rows.append((publisher.id, ", ".join(publisher.names), publisher.tier.word, pinned.window.said, kind, pinned.id))
    if rows:
        render.table(("PUBLISHER", "NAMES", "UP TO", "COUNTS", "TYPE", "KEY"), rows)
    else:
        render.note(f"nobody is trusted: {policies / store.FILE} names no publisher")
    for entry in taken_back.entries:
        render.line(("revoked ", "bold red"), entry.what, (f" on {entry.date} by {entry.by}: {entry.reason}", "dim"))


def _publisher(publisher: Publisher) -> Mapping[str, Any]:
    keys = [
        {"id": pinned.id, "type": pinned.key.type.value if isinstance(pinned, PinnedKey) else "x509", "counts": pinned.window.said}
        for pinned in publisher.keys
    ]
    minimum = {pattern: str(version) for pattern, version in publisher.minimum}
    said = {"id": publisher.id, "names": list(publisher.names), "authors": list(publisher.authors), "tier": publisher.tier.word}
    return {**said, "threshold": publisher.threshold, "required": publisher.required, "minimum": minimum, "keys": keys}


# --- revoke ------------------------------------------------------------------------------------------------------------------------


@trust.command("revoke")
def revoke(
    *,
    key: Annotated[str | None, typer.Option("--key", metavar="ID", help="A key: everything it signed, whenever that was.")] = None,
    digest: Annotated[str | None, typer.Option("--digest", metavar="DIGEST", help="One content, signed or not.")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="PATTERN", help="Skills by name, with --versions; signed or not.")] = None,
    versions: Annotated[str | None, typer.Option("--versions", metavar="RANGE", help="As in `>=1.0,<1.4.2`; `*` for all of them.")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever finds a skill gone.")],
    by: Annotated[str | None, typer.Option("--by", metavar="PERSON", help="Who takes it back. [default: who you are logged in as]")] = None,
    policies: Policies = DEFAULT_POLICIES,
    json: Json = False,
) -> None:
    """Take trust back: written to revocations.yaml in the folder of policies. What is mounted on it goes at once."""
    said = {"key": key, "digest": digest, "name": name, "versions": versions}
    entry = {field: value for field, value in said.items() if value is not None}
    if len(entry.keys() - {"versions"}) != 1 or ("versions" in entry) is not ("name" in entry):
        raise CommandInvalid("say one thing that is revoked", hint="--key ID, --digest DIGEST, or --name PATTERN --versions RANGE")
    entry = {**entry, "reason": reason, "by": by or _login(), "date": str(today())}
    growing = _growing(policies, revocations.FILE, _REVOCATIONS_HEAD)
    file = str(growing.file)
    what = {field: entry[field] for field in ("key", "digest", "name", "versions") if field in entry}
    parse_revocations(growing.text.encode(), name=file)
    for there in read_yaml(growing.text.encode(), name=file)["revoked"] or ():
        if all(there.get(field) == value for field, value in what.items()):
            raise CommandInvalid(f"{there['by']} revoked it already, on {there['date']}", at=file, hint="there is nothing to do")
    growing.add(("revoked",), entry, check=lambda text: parse_revocations(text, name=file))
    if json:
        render.data({"file": file, **entry})
        return
    render.line(("revoked ", "bold red"), " ".join(what.values()), f": {file}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise CommandInvalid("it is not known who you are logged in as", at="--by", hint="name a person with --by") from None
