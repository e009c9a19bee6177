"""A manifest.yaml to start from, for a folder that has none: what SKILL.md and the code say, and what the audit saw the code use."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillpod.errors import ManifestInvalid
from skillpod.manifest import fields
from skillpod.manifest.agent_skill import NO_VERSION, SKILL_MD, frontmatter_beside, read_agent_skill
from skillpod.manifest.scopes import parse_files
from skillpod.manifest.scripts import find_programs
from skillpod.model.bundle import Bundle
from skillpod.model.capability import Access, NetworkAsk, Permissions, VolumeAsk, host_and_port
from skillpod.model.comparison import ANYTHING, places
from skillpod.model.finding import CapabilityUse, Finding
from skillpod.model.legible import legible
from skillpod.model.names import is_skill_name

HANDLER = "handler.py"
_FIRST_VERSION = "0.1.0"
_SOMEBODY = "Your Name <you@example.org>"
_SOMETHING = "Say what the skill does, and when to use it."
_AUTHOR = re.compile(r"[^<>]*[^<>\s][^<>]*(<[^<>@\s]+@[^<>@\s]+>)?")
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_VOLUME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_SECRET = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MOST = 32
"""Things of one kind that a manifest may ask for."""
_MOST_PORTS = 16
_DOES = {"volumes": "uses it", "network": "reaches it", "secrets": "takes it", "environment": "reads it", "programs": "runs it"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """``lines`` are those of the manifest; ``asks`` is what they ask for."""

    lines: tuple[str, ...]
    asks: Permissions

    def text(self, refused: Sequence[Finding] = ()) -> str:
        """The file. ``refused`` is what is wrong with the folder all the same; its last lines say so."""
        return "\n".join([*self.lines, *_refused_lines(refused), ""])


def can_be_proposed_for(bundle: Bundle) -> bool:
    return SKILL_MD in bundle.files or HANDLER in bundle.files or bool(find_programs(bundle.files))


def propose(bundle: Bundle, *, name: str, uses: Iterable[CapabilityUse]) -> Proposal:
    """A manifest for a folder of this name that has none. Raises ManifestInvalid when no manifest could name it."""
    if not is_skill_name(name):
        hint = "rename the folder: lower-case words joined by _ or -, beginning with a letter, at most 64 characters"
        raise ManifestInvalid(f"the folder's name `{name}` can't be a skill's", at="name", hint=hint)
    uses = tuple(uses)
    found = _uses(uses)
    asks = _asks(uses)
    return Proposal(lines=(*_head(bundle, name), *_code(bundle), *_rights(found, asks)), asks=asks)


# --- who it is -----------------------------------------------------------------------------------------------------------------------


def _head(bundle: Bundle, name: str) -> Iterator[str]:
    said = _said(bundle, name)
    yield f"name: {_quoted(name)}"
    yield f"version: {_quoted(said.get('version', _FIRST_VERSION))}"
    yield (
        f"description: {_quoted(said['description'])}"
        if "description" in said
        else f"description: {_quoted(_SOMETHING)}   # the model reads it"
    )
    author = said.get("author", "")
    yield f"author: {_quoted(author)}" if _AUTHOR.fullmatch(author) else f"author: {_quoted(_SOMEBODY)}   # write yours"
    if said.get("license"):
        yield f"license: {_quoted(said['license'])}"


def _said(bundle: Bundle, name: str) -> Mapping[str, str]:
    """What SKILL.md says, as it would be read without a manifest; else what the handler's docstring does."""
    if SKILL_MD in bundle.files:
        try:
            read = read_agent_skill(bundle, folder=name)
        except ManifestInvalid:
            return {}
        version = {} if read.version == NO_VERSION else {"version": read.version}
        author = {"author": read.author} if "author" in _metadata(bundle) else {}
        return {"description": read.description, "license": read.license, **version, **author}
    trees, _ = parse_files({HANDLER: bundle.files.get(HANDLER, b"")})
    docstring = (ast.get_docstring(trees[HANDLER]) or "").split("\n\n")[0] if HANDLER in trees else ""
    text = legible(" ".join(docstring.split()), 1024)
    return {"description": text} if text else {}


def _metadata(bundle: Bundle) -> Mapping[str, Any]:
    found = frontmatter_beside(bundle).get("metadata")
    return found if isinstance(found, dict) else {}


def _code(bundle: Bundle) -> Iterator[str]:
    scripts = find_programs(bundle.files)
    if HANDLER in bundle.files:
        yield f"entry: {HANDLER}"
    if scripts:
        yield f"scripts: [{', '.join(map(_quoted, scripts))}]   # run as programs, one tool each"
        yield "limits: {wall: 30s, cpu: 30s}"


def _quoted(text: str) -> str:
    """A string of JSON is one of YAML; a plain word needs no quotes."""
    is_plain = re.fullmatch(r"[a-z][a-z0-9_/-]*(\.[a-z]+)?", text) and text not in ("null", "true", "false")
    return text if is_plain else json.dumps(text, ensure_ascii=False)


# --- what it asks for ------------------------------------------------------------------------------------------------------------------

_Found = Mapping[str, Mapping[str, list[str]]]


def _uses(uses: Iterable[CapabilityUse]) -> _Found:
    """Kind -> resource -> the places that use it."""
    found: dict[str, dict[str, list[str]]] = {}
    for use in sorted(set(uses)):
        found.setdefault(use.kind, {}).setdefault(use.resource, []).append(f"{use.file}:{use.line}")
    return found


def _asks(uses: Sequence[CapabilityUse]) -> Permissions:
    """What can be asked for by its name."""
    named = {kind: [name for name in _of_kind(uses, kind) if name != ANYTHING] for kind in _DOES}
    written = {use.resource for use in uses if use.access == Access.WRITE.value}
    return Permissions(
        volumes=frozenset(
            VolumeAsk(name, (Access.WRITE if name in written else Access.READ).value)
            for name in [name for name in named["volumes"] if _VOLUME.fullmatch(name)][:_MOST]
        ),
        network=frozenset(_network(named["network"])),
        secrets=frozenset([name for name in named["secrets"] if _SECRET.fullmatch(name)][:_MOST]),
        environment=frozenset([name for name in named["environment"] if _ENVIRONMENT.fullmatch(name) and _is_variable(name)][:_MOST]),
        programs=frozenset([name for name in named["programs"] if _PROGRAM.fullmatch(name)][:_MOST]),
    )


def _of_kind(uses: Iterable[CapabilityUse], kind: str) -> list[str]:
    return list(dict.fromkeys(use.resource for use in sorted(uses) if use.kind == kind))


def _network(endpoints: Iterable[str]) -> Iterator[NetworkAsk]:
    """One ask a host, with every port that is reached there."""
    ports: dict[str, list[int]] = {}
    for text in endpoints:
        host, port = host_and_port(text) or ("", 0)
        if _is_host(host) and 0 < port < 1 << 16:
            ports.setdefault(fields.host(host), []).append(port)
    for host, found in sorted(ports.items())[:_MOST]:
        yield NetworkAsk(host, tuple(sorted(set(found))[:_MOST_PORTS]))


def _is_host(text: str) -> bool:
    try:
        return bool(fields.host(text))
    except ValueError:
        return False


def _is_variable(name: str) -> bool:
    try:
        return bool(fields.environment_name(name))
    except ValueError:
        return False


def _rights(found: _Found, asks: Permissions) -> Iterator[str]:
    yield ""
    if asks.is_empty:
        yield "# It asks for nothing: `tier: read-only` and no `permissions` are the default."
    else:
        yield f"tier: {asks.needs.word}"
        yield "permissions:   # asking is not getting: the operator's policy decides; strike what is not needed"
        yield from _kind("volumes", {_volume(ask): (ask.name,) for ask in sorted(asks.volumes)}, found)
        yield from _kind("network", {_host(ask): ask.endpoints for ask in sorted(asks.network)}, found)
        yield from _kind("secrets", {f"{{name: {_quoted(name)}}}": (name,) for name in sorted(asks.secrets)}, found)
        yield from _kind("environment", {_quoted(name): (name,) for name in sorted(asks.environment)}, found)
        yield from _kind("programs", {_quoted(name): (name,) for name in sorted(asks.programs)}, found)
    yield from _unnamed(found)


def _volume(ask: VolumeAsk) -> str:
    return f"{{name: {_quoted(ask.name)}, access: {ask.access}}}"


def _host(ask: NetworkAsk) -> str:
    return f"{{host: {_quoted(ask.host)}, ports: [{', '.join(map(str, ask.ports))}]}}"


def _kind(kind: str, items: Mapping[str, Sequence[str]], found: _Found) -> Iterator[str]:
    if items:
        yield f"  {kind}:"
    for written, resources in items.items():
        used = [place for resource in resources for place in found[kind].get(resource, ())]
        yield f"    - {written}   # {_places(used)} {_DOES[kind]}"


def _unnamed(found: _Found) -> Iterator[str]:
    """What it uses without a name that could be asked for, or that needs no asking."""
    files = [place for name, used in found.get("volumes", {}).items() if not _VOLUME.fullmatch(name) for place in used]
    if files:
        yield f"# {_places(sorted(set(files)))} opens files: it sees its own scratch space in /tmp and, as a program, the skill's files."
        yield "# For others ask for a volume, which the operator binds: volumes: [{name: data, access: read}]"
    wanted = {"network": "host", "secrets": "secret", "environment": "variable", "programs": "program"}
    for kind, noun in wanted.items():
        used = found.get(kind, {}).get(ANYTHING)
        if used:
            yield f"# {_places(used)} uses permissions.{kind}, and the {noun} is not written there: name it here, or it stays refused."


def _places(used: Sequence[str]) -> str:
    return places(tuple(_printable(place) for place in dict.fromkeys(used)))


def _refused_lines(refused: Sequence[Finding]) -> Iterator[str]:
    if not refused:
        return
    yield ""
    yield "# Refused with this manifest too: what no manifest can ask for, and what is used and not named above."
    for finding in refused:
        yield f"# - {_printable(finding.at)}: {_printable(finding.message)} [{finding.rule}]"


def _printable(text: str) -> str:
    """On one line of a comment, whatever a stranger called a file."""
    return "".join(character if character.isprintable() else "?" for character in text)
