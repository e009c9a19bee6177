"""What the code uses beside what the manifest asks, resource by resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from skillpod.audit.paths import WRITE, needs_no_asking
from skillpod.audit.standard import listed
from skillpod.model.capability import Access, NetworkAsk, Permissions, host_and_port
from skillpod.model.comparison import ANYTHING, Asked, Comparison, Standing
from skillpod.model.finding import CapabilityUse

RUNS_OTHERS = frozenset(
    listed("""
        sh bash dash zsh ksh csh tcsh fish ash busybox toybox env xargs nohup nice setsid timeout sudo su doas find parallel make ssh
        python python2 python3 perl ruby node deno bun php lua awk gawk mawk tclsh osascript powershell pwsh
    """)
)
"""Programs that run what they are told: to have one is to have every program there is."""


def asked_for(kind: str, resource: str, access: str, asked: Permissions) -> Asked:
    """Whether a manifest asks for a resource by its name; to write where it asks to read only is not asked for."""
    match kind:
        case "network":
            return max(_of_network(resource, asked.network), default=Asked.NO, key=_WIDTH.index)
        case "volumes":
            fitting = {ask.access for ask in asked.volumes if ask.name == resource}
            return Asked.YES if Access.WRITE.value in fitting or (fitting and access != WRITE) else Asked.NO
        case "secrets":
            return Asked.YES if resource in asked.secrets else Asked.NO
        case "environment":
            return Asked.YES if resource in asked.environment else Asked.NO
        case _:
            return Asked.YES if resource in asked.programs else Asked.NO


_WIDTH = (Asked.NO, Asked.WILDCARD, Asked.YES)


def _of_network(resource: str, asked: Iterable[NetworkAsk]) -> Iterator[Asked]:
    found = host_and_port(resource)
    if found is None:
        return
    host, port = found
    for ask in asked:
        if port in ask.ports:
            if ask.host == host:
                yield Asked.YES
            elif ask.host == ANYTHING or (ask.host.startswith("*.") and host.endswith(ask.host[1:])):
                yield Asked.WILDCARD


def asks(permissions: Permissions) -> Iterator[tuple[str, str, Asked]]:
    """Every resource a manifest asks for: its kind, its name, and whether the name covers others as well."""
    for volume in sorted(permissions.volumes):
        yield "volumes", volume.name, Asked.YES
    for ask in sorted(permissions.network):
        for endpoint in ask.endpoints:
            yield "network", endpoint, Asked.WILDCARD if ask.host.startswith(ANYTHING) else Asked.YES
    for name in sorted(permissions.secrets):
        yield "secrets", name, Asked.YES
    for name in sorted(permissions.environment):
        yield "environment", name, Asked.YES
    for name in sorted(permissions.programs):
        yield "programs", name, Asked.WILDCARD if name in RUNS_OTHERS else Asked.YES


def compare(uses: Sequence[CapabilityUse], permissions: Permissions) -> tuple[Comparison, ...]:
    """One row a resource: first what is asked, in a fixed order, then what is only used."""
    named: dict[tuple[str, str], list[CapabilityUse]] = {}
    for use in sorted(uses):
        named.setdefault((use.kind, _label(use, permissions)), []).append(use)
    rows = [_of_ask(kind, name, asked, named, permissions) for kind, name, asked in asks(permissions)]
    told = {(row.kind, row.resource) for row in rows}
    rows += [_of_use(kind, name, found, permissions) for (kind, name), found in sorted(named.items()) if (kind, name) not in told]
    return tuple(rows)


def _label(use: CapabilityUse, permissions: Permissions) -> str:
    """The resource; with ``(write)`` behind a volume that is asked for to be read."""
    is_beyond = use.kind == "volumes" and use.access == WRITE and any(ask.name == use.resource for ask in permissions.volumes)
    return f"{use.resource} (write)" if is_beyond and asked_for(use.kind, use.resource, WRITE, permissions) is Asked.NO else use.resource


def _of_ask(kind: str, name: str, asked: Asked, named: dict[tuple[str, str], list[CapabilityUse]], permissions: Permissions) -> Comparison:
    exact = named.get((kind, name), [])
    if asked is Asked.WILDCARD and not exact and kind == "network":
        exact = [use for (of, resource), uses in named.items() if of == kind for use in uses if _is_under(resource, name)]
    unnamed = named.get((kind, ANYTHING), [])
    if asked is Asked.WILDCARD:
        standing = Standing.WILDCARD
    elif exact:
        standing = Standing.BOTH
    else:
        standing = Standing.DYNAMIC if unnamed else Standing.NOT_USED
    return Comparison(kind=kind, resource=name, asked=asked, standing=standing, used=_places(exact or unnamed))


def _is_under(resource: str, wildcard: str) -> bool:
    parts, wide = host_and_port(resource), host_and_port(wildcard)
    if parts is None or wide is None or parts[1] != wide[1]:
        return False
    return wide[0] == ANYTHING or parts[0].endswith(wide[0].removeprefix(ANYTHING))


def _of_use(kind: str, name: str, uses: Sequence[CapabilityUse], permissions: Permissions) -> Comparison:
    asked = Asked.NO
    if name == ANYTHING:
        standing = Standing.DYNAMIC
    elif kind == "volumes" and needs_no_asking(name):
        standing = Standing.FREE
    else:
        asked = asked_for(kind, name, "", permissions) if kind == "network" else Asked.NO
        standing = Standing.NOT_ASKED if asked is Asked.NO else Standing.BOTH
    return Comparison(kind=kind, resource=name, asked=asked, standing=standing, used=_places(uses))


def _places(uses: Iterable[CapabilityUse]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.place for use in sorted(uses, key=lambda use: (use.file, use.line))))
