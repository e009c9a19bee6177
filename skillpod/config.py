"""The operator's side of a pod: HOME/pod.yaml, checked whole, as a frozen value, and the policy that is in force."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from skillpod.audit.ruleset import why_firm
from skillpod.documents import did_you_mean, join, read_yaml, schema_faults, show
from skillpod.errors import ConfigInvalid, DocumentInvalid, PolicyUnreadable
from skillpod.intake.watch import Observation
from skillpod.journal.tree.note import COSIGNATURE, read_key
from skillpod.manifest.fields import Bounds, host, seconds, size
from skillpod.model.bindings import Bindings
from skillpod.model.capability import Access, Isolation
from skillpod.model.digest import Digest
from skillpod.model.domain import DomainBounds
from skillpod.model.keeping import Copies, Detail, Keeping, Witness
from skillpod.model.names import is_skill_name
from skillpod.model.provision import ProgramBinding
from skillpod.model.secret import SecretSource
from skillpod.model.volume import Binding
from skillpod.policy.document import Policy, read_policy
from skillpod.policy.suppressions import FILE, NONE, SCHEMA, Rulebook, Suppressions, read_suppressions
from skillpod.provisions import Variables, read_sources, read_variables, without_value
from skillpod.resources import packaged_names, packaged_text
from skillpod.sandbox.programs import binding_faults
from skillpod.sandbox.volumes import Places
from skillpod.trust import revocations, store
from skillpod.trust.revocations import Revocations
from skillpod.trust.store import TrustStore

NAME = "pod.yaml"
MAX_BYTES = 1024 * 1024
NOTHING_SAID = Digest(f"sha256:{sha256(b'').hexdigest()}")

_ALERT_TIMEOUT = Bounds("100ms", "5m")
_TRIAL = Bounds("0s", "24h")
_QUIET = Bounds("10ms", "10s")
_BODY = Bounds("1KiB", "64MiB")
_GUESTS = Bounds("64MiB", "65536GiB")
_KEEP = Bounds("64MiB", "65536GiB")
_EVERY = Bounds("1s", "24h")
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``command`` is a fixed argv, empty for none; ``timeout`` in seconds."""

    command: tuple[str, ...] = ()
    timeout: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """What the HTTP door takes. ``body`` is bytes of one request; ``rate`` requests a second, ``burst`` at once, ``calls`` in flight, each
    for one token or, without tokens, one address. ``names`` are further names it may be asked by, ``origins`` sites whose pages may ask."""

    body: int = 4 * 1024 * 1024
    rate: float = 1000.0
    burst: int = 1000
    calls: int = 256
    names: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Network:
    """``authorities`` is a file of certificates that guests trust beside the machine's, empty for none."""

    authorities: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodConfig:
    """``skills`` maps a skill's name to the operator's values for it; ``in_process`` are those that are to run in module isolation, as far
    as the policy lets them; ``bare_names`` are skills whose tools are exported without the skill's name before them; ``environment`` is
    what the operator calls this pod's, for the rules of a policy; ``volumes`` and ``programs`` bind names that skills ask for, ``secrets``
    says where each is kept, ``variables`` what those are set to that skills were granted, ``network`` what all have that reach hosts;
    ``trial`` and ``quiet`` are seconds. ``digest`` is that of the file's bytes, of none where there is none."""

    policy: str = "default"
    environment: str = ""
    skills: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    in_process: frozenset[str] = frozenset()
    bare_names: frozenset[str] = frozenset()
    volumes: Mapping[str, Binding] = field(default_factory=lambda: MappingProxyType({}))
    programs: Mapping[str, ProgramBinding] = field(default_factory=lambda: MappingProxyType({}))
    network: Network = Network()
    secrets: Mapping[str, SecretSource] = field(default_factory=lambda: MappingProxyType({}))
    variables: Variables = field(default_factory=Variables)
    alert: Alert = Alert()
    trial: float = 60.0
    quiet: float = 0.08
    watch: Observation = Observation.INOTIFY
    http: Http = Http()
    guests: DomainBounds = field(default_factory=DomainBounds)
    log: Keeping = field(default_factory=Keeping)
    digest: Digest = field(default=NOTHING_SAID, compare=False)

    @property
    def bindings(self) -> Bindings:
        return Bindings(volumes=self.volumes, programs=self.programs, secrets=self.secrets)


def load_policy(policies: Path | None, name: str) -> Policy:
    """The policy of that name: one of a folder's, or without a folder one of the packaged. Raises PolicyUnreadable."""
    schema = packaged_text("policy/schema.json")
    if policies is None:
        packaged = packaged_names("policy", suffix=".yaml")
        if name not in packaged:
            hint = did_you_mean(name, packaged) or f"--policies DIR gives one; packaged are {', '.join(packaged)}"
            raise PolicyUnreadable(f"policy `{name}` is asked for, and no folder of policies is given", hint=hint)
        return read_policy(packaged_text(f"policy/{name}.yaml"), name=name, schema=schema)
    path = policies / f"{name}.yaml"
    try:
        text = path.read_bytes()
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise PolicyUnreadable(f"the policy can't be read: {reason}", at=str(path), hint="--policies DIR, --policy NAME") from None
    return read_policy(text, name=name, schema=schema)


def load_trust(policies: Path | None) -> TrustStore:
    """Whom a folder of policies trusts; nobody, when it has no such file. Raises PolicyUnreadable."""
    path = None if policies is None else policies / store.FILE
    return store.EMPTY if path is None or not os.path.lexists(path) else parse_trust(_operators_text(path), name=str(path))


def parse_trust(text: bytes, *, name: str) -> TrustStore:
    """Raises PolicyUnreadable."""
    return store.read_trust(text, name=name, schema=packaged_text(store.SCHEMA))


def load_revocations(policies: Path | None) -> Revocations:
    """What a folder of policies has revoked; nothing, when it has no such file. Raises PolicyUnreadable."""
    path = None if policies is None else policies / revocations.FILE
    if path is None or not os.path.lexists(path):
        return revocations.EMPTY
    return parse_revocations(_operators_text(path), name=str(path))


def parse_revocations(text: bytes, *, name: str) -> Revocations:
    """Raises PolicyUnreadable."""
    return revocations.read_revocations(text, name=name, schema=packaged_text(revocations.SCHEMA))


def _operators_text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise PolicyUnreadable(f"{path.name} can't be read: {reason}", at=str(path)) from None


def load_suppressions(policies: Path | None, *, today: date) -> Suppressions:
    """What a folder of policies says is accepted; nothing, when it has no such file. Raises PolicyUnreadable."""
    path = None if policies is None else policies / FILE
    return NONE if path is None or not os.path.lexists(path) else read_suppressions_file(path, today=today)


def read_suppressions_file(path: Path, *, today: date) -> Suppressions:
    """Raises PolicyUnreadable."""
    return parse_suppressions(_operators_text(path), name=str(path), today=today)


def parse_suppressions(text: bytes, *, name: str, today: date) -> Suppressions:
    """A text held against the rules of this version. Raises PolicyUnreadable."""
    rules = Rulebook(known=packaged_names("audit/pages", suffix=".md"), why_firm=why_firm)
    return read_suppressions(text, name=name, schema=packaged_text(SCHEMA), rules=rules, today=today)


def load_config(home: Path, places: Places | None = None) -> PodConfig:
    """What HOME/pod.yaml says, or the defaults when there is none. ``places`` are where no volume may be; without, only HOME is known.

    Raises ConfigInvalid with every fault and its place.
    """
    text = _text(home / NAME)
    if text is None:
        return PodConfig()
    digest = Digest(f"sha256:{sha256(text).hexdigest()}")
    if _is_blank(text):
        return PodConfig(digest=digest)
    try:
        document = read_yaml(text, name=NAME)
    except DocumentInvalid as fault:
        raise _invalid([fault]) from fault
    if document is None:
        return PodConfig(digest=digest)
    faults = [without_value(fault) for fault in schema_faults(document, _schema(), name=NAME)]
    if faults:
        raise _invalid(faults)
    return replace(_Reader(document, home, lambda: places or Places.around({"HOME": home})).config(), digest=digest)


class _Reader:
    """A document that fits the schema, into the value; what the schema can't say is checked here."""

    def __init__(self, document: Mapping[str, Any], home: Path, places: Callable[[], Places]) -> None:
        self._document = document
        self._home = home
        self._places = places
        self._faults: list[DocumentInvalid] = []

    def config(self) -> PodConfig:
        """Raises ConfigInvalid."""
        plain = PodConfig()
        said = self._document
        alert = said.get("alert", {})
        config = PodConfig(
            policy=said.get("policy", plain.policy),
            environment=said.get("environment", plain.environment),
            skills=self._skills(),
            in_process=frozenset(name for name, each in said.get("skills", {}).items() if each.get("isolation") == Isolation.MODULE.value),
            bare_names=frozenset(said.get("bare_names", ())),
            volumes=(volumes := self._volumes()),
            programs=self._programs(volumes),
            network=Network(authorities=said.get("network", {}).get("authorities", "")),
            secrets=read_sources(said, self._faults),
            variables=read_variables(said, self._faults),
            alert=Alert(
                command=tuple(alert.get("command", ())),
                timeout=self._seconds(alert, "timeout", "alert.timeout", _ALERT_TIMEOUT, plain.alert.timeout),
            ),
            trial=self._seconds(said, "trial", "trial", _TRIAL, plain.trial),
            quiet=self._seconds(said, "quiet", "quiet", _QUIET, plain.quiet),
            watch=Observation(said.get("watch", plain.watch.value)),
            http=self._http(said.get("http", {}), plain.http),
            guests=self._guests(said.get("guests", {}), plain.guests),
            log=self._log(said.get("log", {}), plain.log),
        )
        if self._faults:
            raise _invalid(self._faults)
        return config

    def _skills(self) -> Mapping[str, Mapping[str, Any]]:
        skills: Mapping[str, Mapping[str, Any]] = self._document.get("skills", {})
        for name in skills:
            if not is_skill_name(name):
                hint = "a skill is named by lower-case letters and digits, with single _ or - between, as its folder is"
                self._faults.append(
                    DocumentInvalid(f"{show(name)} can't be the name of a skill", at=join(NAME, f"skills.{name}"), hint=hint)
                )
        return MappingProxyType({name: MappingProxyType(dict(said.get("config", {}))) for name, said in skills.items()})

    def _volumes(self) -> Mapping[str, Binding]:
        """The directory need not be there yet, but one that may not be bound is told now, not when a skill asks for it."""
        said = self._document.get("volumes", {})
        places = self._places() if said else None
        bindings = {name: Binding(path=entry["path"], access=Access(entry.get("access", "read"))) for name, entry in said.items()}
        for name, binding in bindings.items():
            fault = places.fault(os.path.realpath(binding.path), binding.access) if places else ""
            if fault:
                message = f"{show(binding.path)} may not be a volume to {binding.access.value}: {fault}"
                hint = "bind a directory that holds data and nothing else"
                self._faults.append(DocumentInvalid(message, at=join(NAME, f"volumes.{name}.path"), hint=hint))
        return MappingProxyType(bindings)

    def _programs(self, volumes: Mapping[str, Binding]) -> Mapping[str, ProgramBinding]:
        """As with volumes: the file need not be there yet."""
        said = self._document.get("programs", {})
        places = self._places() if said else None
        bindings = {
            name: ProgramBinding(
                path=entry["path"], reads=tuple(entry.get("reads", ())), environment=tuple(sorted(entry.get("environment", {}).items()))
            )
            for name, entry in said.items()
        }
        for name, binding in bindings.items():
            for key, fault in binding_faults(binding, places, volumes) if places else ():
                hint = "bind a program of the system, and the files it needs and no others"
                self._faults.append(DocumentInvalid(fault, at=join(NAME, f"programs.{name}.{key}"), hint=hint))
        return MappingProxyType(bindings)

    def _http(self, said: Mapping[str, Any], plain: Http) -> Http:
        return Http(
            body=self._size(said, "body", "http.body", _BODY, plain.body),
            rate=float(said.get("rate", plain.rate)),
            burst=said.get("burst", plain.burst),
            calls=said.get("calls", plain.calls),
            names=frozenset(filter(None, (self._name(name) for name in said.get("names", ())))),
            origins=frozenset(origin.lower() for origin in said.get("origins", ())),
        )

    def _guests(self, said: Mapping[str, Any], plain: DomainBounds) -> DomainBounds:
        memory = self._size(said, "memory", "guests.memory", _GUESTS, 0)
        cpu = said.get("cpu", plain.cpu)
        return DomainBounds(
            memory=memory or plain.memory,
            processes=said.get("processes", plain.processes),
            cpu=None if cpu is None else float(cpu),
        )

    def _log(self, said: Mapping[str, Any], plain: Keeping) -> Keeping:
        return Keeping(
            detail=Detail(said.get("calls", plain.detail.value)),
            tools=MappingProxyType({pattern: Detail(word) for pattern, word in said.get("tools", {}).items()}),
            keep=self._size(said, "keep", "log.keep", _KEEP, plain.keep),
            copies=self._copies(said.get("copies", {}), plain.copies),
            witness=self._witness(said["witness"]) if "witness" in said else plain.witness,
        )

    def _copies(self, said: Mapping[str, Any], plain: Copies) -> Copies:
        """A copy that lies where the log does, or where a skill may write, is none: its place is looked at as it is now."""
        file = said.get("file", plain.file)
        closed = {"in HOME, beside the log": str(self._home)}
        for name, entry in self._document.get("volumes", {}).items():
            if entry.get("access") == Access.WRITE.value:
                closed[f"in the volume {name}, where skills write"] = entry["path"]
        for what, directory in closed.items():
            if file and Path(os.path.realpath(file)).is_relative_to(os.path.realpath(directory)):
                message = f"{show(file)} lies {what}: whoever could change the log could change it"
                hint = "name a file on another disk, or one that may only grow (chattr +a)"
                self._faults.append(DocumentInvalid(message, at=join(NAME, "log.copies.file"), hint=hint))
        return Copies(
            every=self._seconds(said, "every", "log.copies.every", _EVERY, plain.every),
            file=file,
            to_syslog=said.get("syslog", plain.to_syslog),
            command=tuple(said.get("command", plain.command)),
        )

    def _witness(self, said: Mapping[str, Any]) -> Witness:
        """Over plain http whoever stands on the way could not forge a signature, but cry murder: that the witness saw another history."""
        witness = Witness(url=said["url"], key=said["key"])
        for fault in (self._address_fault(witness.url), self._key_fault(witness.key)):
            if fault is not None:
                self._faults.append(fault)
        return witness

    def _address_fault(self, url: str) -> DocumentInvalid | None:
        at, hint = join(NAME, "log.witness.url"), "as in https://witness.example.org/skillpod"
        try:
            parts = urlsplit(url)
            is_whole = bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_whole = False
        if not is_whole or parts.query or parts.fragment or parts.username is not None or not url.isascii():
            return DocumentInvalid(f"{show(url)} is not the address of a witness: a host, perhaps a port and a path", at=at, hint=hint)
        if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
            return DocumentInvalid("a witness on another machine is asked over https: on the way its no could be forged", at=at, hint=hint)
        return None

    def _key_fault(self, line: str) -> DocumentInvalid | None:
        try:
            key = read_key(line, at=join(NAME, "log.witness.key"))
        except DocumentInvalid as fault:
            return fault
        if key.type == COSIGNATURE:
            return None
        hint = "of a cosigner, the base64 begins with `B` (type 04): ask who runs the witness"
        return DocumentInvalid(f"this is the key of a log ({key.name}), not of a witness", at=join(NAME, "log.witness.key"), hint=hint)

    def _size(self, section: Mapping[str, Any], key: str, path: str, bounds: Bounds, default: int) -> int:
        try:
            return size(section[key], bounds) if key in section else default
        except ValueError as fault:
            self._faults.append(DocumentInvalid(str(fault), at=join(NAME, path), hint=f"from {bounds.least} to {bounds.most}"))
            return default

    def _name(self, name: str) -> str:
        try:
            return host(name)
        except ValueError as fault:
            self._faults.append(DocumentInvalid(str(fault), at=join(NAME, "http.names")))
            return ""

    def _seconds(self, section: Mapping[str, Any], key: str, path: str, bounds: Bounds, default: float) -> float:
        if key not in section:
            return default
        try:
            return seconds(section[key], bounds)
        except ValueError as fault:
            self._faults.append(DocumentInvalid(str(fault), at=join(NAME, path), hint=f"from {bounds.least} to {bounds.most}"))
            return default


def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads(packaged_text("config.schema.json"))
    return schema


def _text(path: Path) -> bytes | None:
    """The bytes of the file, None when there is none. Raises ConfigInvalid."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        if path.is_symlink():
            raise ConfigInvalid(f"{NAME} is a link to nowhere", at=NAME, hint="put the file in its place, or remove the link") from None
        return None
    except OSError as fault:
        raise ConfigInvalid(f"{NAME} can't be read: {fault.strerror}", at=NAME, hint=f"look at {path}") from fault
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ConfigInvalid(f"{NAME} is not a plain file", at=NAME, hint=f"look at {path}")
        with open(descriptor, "rb", closefd=False) as file:
            text = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(text) > MAX_BYTES:
        raise ConfigInvalid(f"{NAME} is larger than {MAX_BYTES} bytes", at=NAME, hint="values that large belong into a skill's folder")
    return text


def _is_blank(text: bytes) -> bool:
    """Nothing but blank lines and comments: a file that was begun and says nothing yet."""
    return all(not line.strip() or line.lstrip().startswith(b"#") for line in text.splitlines())


def _invalid(faults: list[DocumentInvalid]) -> ConfigInvalid:
    if len(faults) == 1:
        return ConfigInvalid(faults[0].message, at=faults[0].at, hint=faults[0].hint, reasons=faults)
    return ConfigInvalid(f"{NAME} has {len(faults)} faults", at=NAME, hint="see docs/pod-yaml.md", reasons=faults)
