"""CAP: what the code uses, beside what the manifest asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skillpod.audit.addresses import FETCH, is_harmless
from skillpod.audit.aims import RUN
from skillpod.audit.comparison import RUNS_OTHERS, asked_for
from skillpod.audit.facts import Aim, Attribute, Base, Reading, Spot, Use, What
from skillpod.audit.judgement import judged
from skillpod.audit.paths import EITHER, READ, WRITE
from skillpod.audit.standard import BY_MEMBERS, Reach, standing
from skillpod.model.capability import NOTHING, Permissions, host_and_port
from skillpod.model.comparison import ANYTHING, Asked, Comparison, Standing, places
from skillpod.model.finding import CapabilityUse, Finding, Severity
from skillpod.model.manifest import Manifest

_CONNECTING = frozenset(
    {"create_connection", "create_unix_connection", "create_datagram_endpoint", "create_server", "create_unix_server", "sock_connect"}
    | {"getaddrinfo", "getnameinfo"}
)
_FETCHING = frozenset({"createDOMBuilder", "parseURI"})
_REDIRECTING = frozenset({"set_tunnel", "set_proxy", "full_url"})
"""What makes a request or a connection one to another host than it was made for."""
_NOT_ASKED = "and the manifest does not ask for it"
_NO_MANIFEST = "and no manifest that is in order asks for it"
_UNNAMED = {Reach.NETWORK: "network", Reach.PROGRAMS: "programs"}
_DOES = {"network": "reaches", "programs": "runs"}
_TOUCHES = {READ: "reads files", WRITE: "writes files", EITHER: "can read or write files"}
_LATER = "this version grants no {}, a later one holds every use to what is granted"
_ENFORCED = {
    "network": _LATER.format("network"),
    "programs": "`ctx.run` starts those that are granted, and a guest starts nothing itself",
    "secrets": "the host hands it the secrets it is granted, and no other",
    "volumes": "the jail shows it the volumes it is granted, and no other",
}
_UNKNOWN = {
    "network": "reaches a host",
    "programs": "runs a program",
    "secrets": "takes a secret",
    "volumes": "reads or writes a file",
}
"""What is done where nothing more is known."""


def check(reading: Reading, manifest: Manifest | None) -> Iterator[Finding]:
    asked = manifest.permissions if manifest else NOTHING
    judge = _Judge(reading, asked, _NOT_ASKED if manifest else _NO_MANIFEST)
    aims = list(_aims(reading))
    for aim in aims:
        yield from judge.aim(aim)
    aimed = {(aim.spot, aim.use) for aim in aims}
    for use in reading.of(Use):
        if use.what in (What.MODULE, What.MEMBER) and (use.spot, use.path) not in aimed:
            yield from judge.use(use)
    for use, kind in _imported(reading, {aim.kind for aim in aims}):
        if getattr(asked, kind):  # where nothing is asked for, the import itself is denied
            yield from judge.aim(Aim(use.spot, kind, use.path, use.words))


def capabilities(reading: Reading, asked: Permissions) -> Iterator[CapabilityUse]:
    """What the code seems to use, and where: one entry for each resource of each place. Of a module that is imported and never called,
    one for the import: what is done with it is not seen."""
    aims = list(_aims(reading))
    for aim in aims:
        for target in aim.targets or (ANYTHING,):
            if not aim.is_guess or asked_for(aim.kind, target, aim.access, asked) is not Asked.NO:
                yield CapabilityUse(kind=aim.kind, resource=target, file=reading.file, line=aim.spot.line, access=aim.access)
    for aim in aims:
        if aim.use == FETCH and asked.secrets:  # the host may put one on the request
            yield CapabilityUse(kind="secrets", resource=ANYTHING, file=reading.file, line=aim.spot.line)
    for use, kind in _imported(reading, {aim.kind for aim in aims}):
        yield CapabilityUse(kind=kind, resource=ANYTHING, file=reading.file, line=use.spot.line)


def _imported(reading: Reading, seen: set[str]) -> Iterator[tuple[Use, str]]:
    """Imports of whole modules of a kind that nothing in the file is seen to use: what is done with them is not known. Of those that are
    judged by their members, only where not one is seen."""
    for use in reading.of(Use):
        if use.what is What.MODULE and use.is_import and not is_harmless(f"{use.path}."):
            kind = _UNNAMED.get(standing(use.path).reach)
            if kind is not None and kind not in seen and not (use.path in BY_MEMBERS and _has_member_of(use.path, reading)):
                yield use, kind


def _has_member_of(module: str, reading: Reading) -> bool:
    return any(use.what is What.MEMBER and use.path.startswith(f"{module}.") for use in reading.of(Use))


def _aims(reading: Reading) -> Iterator[Aim]:
    yield from reading.of(Aim)
    followed = {id(use.call) for use in reading.of(Use) if use.call is not None}
    for attribute in reading.of(Attribute):  # methods that open connections, whatever they are called on
        owner = "" if attribute.base in _OWN else _owner(attribute)
        if owner and (attribute.call is None or id(attribute.call) not in followed):
            yield Aim(attribute.spot, "network", f"{owner}.{attribute.name}", f"`{attribute.spelled}`")


_OWN = (Base.SELF, Base.CLASS, Base.SUPER)


def _owner(attribute: Attribute) -> str:
    """What an attribute that reaches the network is most likely of; empty for any other."""
    if attribute.name in _REDIRECTING:
        return "urllib.request.Request" if attribute.call is not None or attribute.is_changed else ""
    if attribute.is_changed:
        return ""
    return "asyncio loop" if attribute.name in _CONNECTING else "xml.dom" if attribute.name in _FETCHING else ""


class _Judge:
    """Of one file: what was said of a resource there is not said again at every line."""

    def __init__(self, reading: Reading, asked: Permissions, lacks: str) -> None:
        self._reading = reading
        self._asked = asked
        self._lacks = lacks
        self._said: set[tuple[str, str]] = set()

    # --- uses of something with a name -------------------------------------------------------------------------------------------

    def aim(self, aim: Aim) -> Iterator[Finding]:
        for target in aim.targets or (ANYTHING,):
            if target == ANYTHING:
                yield from self._dynamic(aim)
                continue
            asked = asked_for(aim.kind, target, aim.access, self._asked)
            if asked is not Asked.NO:
                yield from self._within(aim, target, asked)
            elif not aim.is_guess:
                yield from self._outside(aim, target)

    def _within(self, aim: Aim, target: str, asked: Asked) -> Iterator[Finding]:
        rule = {"network": "CAP-002", "programs": "CAP-003"}.get(aim.kind)
        if rule and self._is_new(rule, target):
            by = "which the manifest asks for" if asked is Asked.YES else "which the manifest asks for by a pattern"
            message = f"{aim.words}: {_DOES[aim.kind]} {target}, {by}"
            is_held_to_it = asked is Asked.YES and (aim.kind == "network" or aim.use == RUN)  # whether it may is asked about what it asks
            yield self._finding(
                rule,
                Severity.NOTICE if is_held_to_it else Severity.REVIEW,
                aim,
                message,
                f"do without, and remove it from `permissions.{aim.kind}`",
                target,
            )

    def _outside(self, aim: Aim, target: str) -> Iterator[Finding]:
        match aim.kind:
            case "network":
                message = f"{aim.words}: reaches {target}, {self._lacks}{self._instead('network')}"
                yield self._finding("CAP-001", Severity.DENY, aim, message, f"remove it, or ask: {_network_ask(target)}", target)
            case "programs" if self._asked.programs or aim.use == RUN:
                message = f"{aim.words}: runs {target}, {self._lacks}{self._instead('programs')}"
                yield self._finding("CAP-007", Severity.DENY, aim, message, _program_fix(target), target)
            case "secrets":
                message = f"{aim.words}: takes the secret {target}, {self._lacks}{self._instead('secrets')}"
                fix = f"remove it, or ask: `tier: network` and `permissions: {{secrets: [{{name: {target}}}]}}`"
                yield self._finding("CAP-010", Severity.DENY, aim, message, fix, target)
            case "volumes" if target.startswith(("/", "./")):
                yield from self._files(aim.use, aim.words, aim.spot, aim.access)
            case "volumes" if self._is_new("CAP-009", f"{aim.spot.line} {aim.access == WRITE} {target}"):
                yield self._volume(aim, target)
            case "environment" if self._is_new("CAP-005", target):
                message = f"{aim.words}: reads the variable {target}, which the environment only holds when it is asked for and granted"
                fix = f"ask: `permissions: {{environment: [{target}]}}`; or take it as config; or leave it, where its default will do"
                yield self._finding("CAP-005", Severity.NOTICE, aim, message, fix, target)

    def _volume(self, aim: Aim, target: str) -> Finding:
        is_write = aim.access == WRITE
        is_read_only = any(ask.name == target for ask in self._asked.volumes)
        does = "writes to" if is_write else "uses"
        lacks = "which the manifest asks to read only" if is_read_only else f"{self._lacks}{self._instead('volumes')}"
        ask = f"`permissions: {{volumes: [{{name: {target}, access: {aim.access or 'read'}}}]}}`"
        fix = f"remove it, or ask: {'`tier: write` and ' if is_write else ''}{ask}"
        return self._finding("CAP-009", Severity.DENY, aim, f"{aim.words}: {does} the volume {target}, {lacks}", fix, target)

    def _dynamic(self, aim: Aim) -> Iterator[Finding]:
        has_asked = bool(getattr(self._asked, aim.kind))
        if aim.kind == "network" and not has_asked:
            message = f"{aim.words}: reaches the network, {self._lacks}"
            fix = f"remove it, or ask: {_network_ask('...:443')}"
            yield self._finding("CAP-001", Severity.DENY, aim, message, fix, aim.use)
        elif aim.kind == "secrets" and not has_asked:
            message = f"{aim.words}: takes a secret, and the manifest asks for none"
            fix = "remove it, or ask: `tier: network` and `permissions: {secrets: [{name: ...}]}`"
            yield self._finding("CAP-010", Severity.DENY, aim, message, fix, aim.use)
        elif aim.use == RUN and not has_asked:
            message = f"{aim.words}: runs a program, and the manifest asks for none"
            fix = "remove it, or ask: `tier: system` and `permissions: {programs: [...]}`"
            yield self._finding("CAP-007", Severity.DENY, aim, message, fix, aim.use)
        elif aim.kind == "environment" and self._is_new("CAP-005", aim.use):
            message = f"{aim.words}: reads the environment, which holds nothing of the host's unless it is asked for and granted"
            fix = "name what is read under `permissions.environment`, or take it as config"
            yield self._finding("CAP-005", Severity.NOTICE, aim, message, fix, aim.use)
        elif aim.kind == "volumes" and not has_asked:
            yield from self._files(aim.use, aim.words, aim.spot, aim.access)
        elif has_asked and aim.kind in _ENFORCED and self._is_new("CAP-008", aim.use):
            severity = Severity.NOTICE if aim.kind == "volumes" else Severity.REVIEW
            does = f"{_UNKNOWN[aim.kind]} that is only known when the code runs{self._instead(aim.kind)}"
            message = f"{aim.words}: {does}; {_ENFORCED[aim.kind]}"
            yield self._finding("CAP-008", severity, aim, message, "write it as a constant, where it is one", aim.use)

    # --- uses of anything else ---------------------------------------------------------------------------------------------------

    def use(self, use: Use) -> Iterator[Finding]:
        """Of a thing that names no resource: a module, a constant, an object that only prepares one."""
        reach = judged(use).reach
        if reach is Reach.NETWORK and not self._asked.network:
            message = f"{use.words}: reaches the network, {self._lacks}"
            fix = f"remove it, or ask: {_network_ask('...:443')}"
            yield self._reading.finding("CAP-001", Severity.DENY, use.spot, message, fix, subject=use.path)
        elif reach in (Reach.FILES, Reach.READING):
            yield from self._files(use.path, use.words, use.spot, READ if reach is Reach.READING else EITHER)

    def _files(self, path: str, words: str, spot: Spot, access: str) -> Iterator[Finding]:
        if self._is_new("CAP-004", path.partition(".")[0]):
            has = (
                "its own scratch space in /tmp and the volumes it is granted"
                if self._asked.volumes
                else "only its own scratch space in /tmp"
            )
            message = f"{words}: {_TOUCHES[access]}; a guest sees none of the host's, {has}"
            fix = "in a tool, read the skill's own files by `ctx.read_text` or `ctx.read_bytes`; a program in scripts/ may open them"
            yield self._reading.finding("CAP-004", Severity.NOTICE, spot, message, fix, subject=path)

    # --- words -------------------------------------------------------------------------------------------------------------------

    def _finding(self, rule: str, severity: Severity, aim: Aim, message: str, fix: str, subject: str) -> Finding:
        return self._reading.finding(rule, severity, aim.spot, message, fix, subject=subject)

    def _is_new(self, rule: str, what: str) -> bool:
        if (rule, what) in self._said:
            return False
        self._said.add((rule, what))
        return True

    def _instead(self, kind: str) -> str:
        """What is asked for of that kind, to be set beside."""
        asked = {
            "network": [endpoint for ask in sorted(self._asked.network) for endpoint in ask.endpoints],
            "programs": sorted(self._asked.programs),
            "secrets": sorted(self._asked.secrets),
            "volumes": [f"{ask.name} ({ask.access})" for ask in sorted(self._asked.volumes)],
        }[kind]
        return f"; asked for: {', '.join(asked)}" if asked else ""


def _network_ask(target: str) -> str:
    host, port = host_and_port(target) or (target, 443)
    written = f'"{host}"' if ":" in host else host
    return f"`tier: network` and `permissions: {{network: [{{host: {written}, ports: [{port}]}}]}}`"


def _program_fix(target: str) -> str:
    if "/" in target:
        return "call a program by its name alone, and ask for that under `permissions.programs`"
    if target in RUNS_OTHERS:
        return f"call the program itself with a list of words, without `{target}` between; or do it in Python"
    return f"remove it, or ask: `tier: system` and `permissions: {{programs: [{target}]}}`"


# --- the manifest's side ---------------------------------------------------------------------------------------------------------


def of_manifest(rows: Iterable[Comparison]) -> Iterator[Finding]:
    """What is asked for and not used, as far as reading can tell, and what is asked for more widely than by a name."""
    for row in rows:
        if row.standing is Standing.NOT_USED or (row.standing is Standing.WILDCARD and not row.used):
            message = f"`permissions.{row.kind}` asks for {row.words}, and nothing in the code seems to use it"
            yield _in_manifest("CAP-006", Severity.NOTICE, message, f"remove it from `permissions.{row.kind}`", row.resource)
        if row.standing is Standing.WILDCARD:
            what = "runs any program it is told" if row.kind == "programs" else "is a pattern that covers others as well"
            seen = f"; used in {places(row.used)}" if row.used else ""
            message = f"`permissions.{row.kind}` asks for {row.words}, which {what}{seen}"
            fix = "ask for the programs themselves, by name" if row.kind == "programs" else "name each host"
            yield _in_manifest("CAP-011", Severity.REVIEW, message, fix, row.resource)


def _in_manifest(rule: str, severity: Severity, message: str, fix: str, subject: str) -> Finding:
    return Finding(rule=rule, severity=severity, file="manifest.yaml", message=message, fix=fix, subject=subject)
