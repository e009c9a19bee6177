"""CAP: what the code seems to use, beside what the manifest asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from skillpod.audit.facts import Attribute, Reading, Use, What
from skillpod.audit.judgement import judged
from skillpod.audit.standard import Reach
from skillpod.model.capability import Permissions
from skillpod.model.finding import CapabilityUse, Finding, Severity
from skillpod.model.manifest import Manifest

ANYTHING = "*"
"""The resource of a use whose name is not a constant."""

_KINDS = {
    Reach.NETWORK: "network",
    Reach.PROGRAMS: "programs",
    Reach.ENVIRONMENT: "environment",
    Reach.FILES: "volumes",
    Reach.READING: "volumes",
}
_CONNECTING = frozenset(
    {"create_connection", "create_unix_connection", "create_datagram_endpoint", "create_server", "create_unix_server", "sock_connect"}
    | {"getaddrinfo", "getnameinfo"}
)
_READING = frozenset({"createDOMBuilder", "parseURI"})
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)(?:[^/?#@]*@)?(\[[0-9a-f:]+\]|[^/?#:]+)", re.IGNORECASE)


def check(reading: Reading, manifest: Manifest | None) -> Iterator[Finding]:
    asked = manifest.permissions if manifest else Permissions()
    noted: set[tuple[str, str]] = set()
    yield from _connecting(reading, asked)
    for use in _standard_uses(reading):
        reach = judged(use).reach
        if reach is Reach.NETWORK:
            yield _network(use, reading, asked)
        elif reach is Reach.PROGRAMS and asked.programs:
            message = f"{use.words}: runs other programs; asked for: {', '.join(sorted(asked.programs))}"
            yield reading.finding(
                "CAP-003", Severity.REVIEW, use.spot, message, "do it in Python, and remove `permissions.programs`", subject=use.path
            )
        elif reach is Reach.ENVIRONMENT and not use.is_import and not _may_read(use, asked):
            if _is_new(noted, "environment", use.path):
                message = f"{use.words}: reads the environment, which holds nothing of the host's unless it is asked for and granted"
                yield reading.finding(
                    "CAP-005",
                    Severity.NOTICE,
                    use.spot,
                    message,
                    "name it under `permissions.environment`, or take it as config",
                    subject=use.path,
                )
        elif reach in (Reach.FILES, Reach.READING) and _is_new(noted, "files", use.path.partition(".")[0]):
            message = f"{use.words}: {reach.value}; a guest sees none of the host's, only its own scratch space in /tmp"
            yield reading.finding(
                "CAP-004",
                Severity.NOTICE,
                use.spot,
                message,
                "a tool reads the skill's own files by `ctx.read_bytes`; a program in scripts/ opens them",
                subject=use.path,
            )


def _connecting(reading: Reading, asked: Permissions) -> Iterator[Finding]:
    """Methods that open connections, of an event loop or of what reads XML, whatever they are called on."""
    for attribute in reading.of(Attribute):
        if attribute.name in _CONNECTING | _READING and attribute.call is not None:
            owner = "xml.dom" if attribute.name in _READING else "asyncio loop"
            use = Use(attribute.spot, What.MEMBER, f"{owner}.{attribute.name}", attribute.spelled)
            yield _network(use, reading, asked)


def capabilities(reading: Reading) -> Iterator[CapabilityUse]:
    """What the code seems to use, and where: one entry for each place where it is more than an import."""
    for use in _standard_uses(reading):
        kind = _KINDS.get(judged(use).reach)
        if kind is not None and (not use.is_import or use.what is What.MODULE):
            yield CapabilityUse(kind=kind, resource=_resource(use, kind), file=reading.file, line=use.spot.line)


def compare(uses: Sequence[CapabilityUse], manifest: Manifest) -> Iterator[Finding]:
    """What is asked for and not used, as far as reading can tell. Secrets and volumes come through the Context: they are not looked at."""
    asked = manifest.permissions.as_dict()
    used = {use.kind for use in uses}
    for kind in ("network", "environment", "programs"):
        if asked[kind] and kind not in used:
            yield Finding(
                rule="CAP-006",
                severity=Severity.NOTICE,
                file="manifest.yaml",
                message=f"`permissions.{kind}` is asked for, and nothing in the code seems to use it",
                fix=f"remove `permissions.{kind}`",
            )


def _standard_uses(reading: Reading) -> Iterator[Use]:
    return (use for use in reading.of(Use) if use.what in (What.MODULE, What.MEMBER))


def _is_new(noted: set[tuple[str, str]], kind: str, what: str) -> bool:
    """Whether this is the first notice of its kind in the file: one line says it, and the capabilities list each place."""
    if (kind, what) in noted:
        return False
    noted.add((kind, what))
    return True


def _network(use: Use, reading: Reading, asked: Permissions) -> Finding:
    if asked.network:
        hosts = ", ".join(sorted(f"{ask.host}:{'/'.join(map(str, ask.ports))}" for ask in asked.network))
        message = f"{use.words}: reaches the network; asked for: {hosts}"
        return reading.finding(
            "CAP-002", Severity.REVIEW, use.spot, message, "do without, and remove `permissions.network`", subject=use.path
        )
    message = f"{use.words}: reaches the network, and the manifest does not ask for it"
    return reading.finding(
        "CAP-001",
        Severity.DENY,
        use.spot,
        message,
        "remove it, or ask: `permissions: {network: [{host: ..., ports: [443]}]}`",
        subject=use.path,
    )


def _may_read(use: Use, asked: Permissions) -> bool:
    return _resource(use, "environment") in asked.environment


def _resource(use: Use, kind: str) -> str:
    """The named resource, where it stands as a constant in the call."""
    constant = _first_constant(use.call)
    if constant is None:
        return ANYTHING
    if kind == "network":
        host = _HOST.match(constant)
        return host.group(1).lower() if host else ANYTHING
    if kind == "programs":
        words = constant.split()
        return words[0].rsplit("/", 1)[-1] if words else ANYTHING
    return constant


def _first_constant(call: Any) -> str | None:
    if not isinstance(call, ast.Call) or not call.args:
        return None
    first = call.args[0]
    if isinstance(first, (ast.List, ast.Tuple)) and first.elts:
        first = first.elts[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
