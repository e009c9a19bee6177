"""manifest.yaml as a Manifest: what the schema says, and what a schema can't say, every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from skillpod.documents import Schema, did_you_mean, join, read_yaml, show
from skillpod.errors import DocumentInvalid
from skillpod.manifest import fields, packages
from skillpod.manifest.agent_skill import SKILL_MD, frontmatter_beside, read_agent_skill
from skillpod.manifest.faults import Faults
from skillpod.manifest.schemas import author_schema_faults
from skillpod.model.bundle import Bundle
from skillpod.model.capability import Lifetime, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.conditions import Conditions, moment
from skillpod.model.later import later
from skillpod.model.legible import legible
from skillpod.model.manifest import DESCRIPTION_LIMIT, GuestCount, Limits, Manifest, Requires, SkillTest
from skillpod.model.names import is_skill_name

MANIFEST = "manifest.yaml"
_DEFAULTS = Manifest(name="", version="", description="", author="")
_SHOWN_TO_PEOPLE = ("description", "author", "license")

_Value = TypeVar("_Value")


class ManifestReader:
    """Reads the manifest of a bundle against the published schema (``manifest/schema.json``, given as a value).

    ``python`` and ``skillpod``, when given, are the versions that ``requires.python`` and ``requires.skillpod`` must allow.
    """

    def __init__(self, schema: Mapping[str, Any], *, python: str = "", skillpod: str = "") -> None:
        self._schema = Schema(schema)
        self._running = {"python": python, "skillpod": skillpod}

    def read(self, bundle: Bundle, *, folder: str = "") -> Manifest:
        """The manifest; ``folder``, when not empty, is the name it must carry. Raises ManifestInvalid with every fault as a reason.

        A folder with SKILL.md and no manifest.yaml is an Agent Skill; with both, the manifest governs.
        """
        if MANIFEST not in bundle.files and SKILL_MD in bundle.files:
            return read_agent_skill(bundle, folder=folder)
        faults = Faults()
        document = self._document(bundle, faults)
        faults.settle(skill=folder)
        unfit = self._schema.faults(document, name=MANIFEST)
        faults.extend(_advise(fault, document) for fault in unfit)
        for fault in unfit:
            _take_out(document, _path(fault))
        broken = frozenset(fault.at.partition(":")[2] for fault in unfit)
        manifest = _Reading(document, bundle, faults, broken).manifest(folder, self._running)
        faults.settle(skill=folder)
        return manifest

    def _document(self, bundle: Bundle, faults: Faults) -> dict[str, Any]:
        text = bundle.files.get(MANIFEST)
        if text is None:
            _say_what_is_missing(bundle, faults)
            return {}
        try:
            document = read_yaml(text, name=MANIFEST)
        except DocumentInvalid as fault:
            faults.extend([fault])
            return {}
        if not isinstance(document, dict):
            faults.add(f"expected a mapping of keys, got {show(document)}", at=MANIFEST, hint="begin with `name: ...`")
            return {}
        return document


def _say_what_is_missing(bundle: Bundle, faults: Faults) -> None:
    names = [name for name in bundle.files if "/" not in name]
    made = "`skillpod init DIR` proposes one" if _DEFAULTS.entry in names else "`skillpod new NAME` writes one to start from"
    hint = _misspelt(names) or did_you_mean(MANIFEST, names) or made
    faults.add("the folder has no manifest.yaml", at=MANIFEST, hint=hint)
    if _DEFAULTS.entry not in bundle.files:
        faults.add("the folder has no handler.py", at=_DEFAULTS.entry, hint="add the module with the @tool functions")


def _misspelt(names: Iterable[str]) -> str:
    """A hint for ``skill.md``: some filesystems and clients take it for SKILL.md; a bundle's names are what they are."""
    found = next((name for name in names if name.lower() == SKILL_MD.lower()), "")
    return f"rename {found} to {SKILL_MD}" if found else ""


# --- faults of the schema, and what is left sound ------------------------------------------------------------------------------------

_STEP = later(r"\[([0-9]+)\]|([^.\[\]]+)")
_UNITS = {**dict.fromkeys(fields.DURATIONS, "s"), **dict.fromkeys(fields.SIZES, "MiB")}


def _path(fault: DocumentInvalid) -> list[str | int]:
    return [int(index) if index else key for index, key in _STEP.findall(fault.at.partition(":")[2])]


def _look_up(document: Any, path: list[str | int]) -> Any:
    for key in path:
        if isinstance(key, int) and isinstance(document, list) and key < len(document):
            document = document[key]
        elif isinstance(key, str) and isinstance(document, dict):
            document = document.get(key)
        else:
            return None
    return document


def _take_out(document: Any, path: list[str | int]) -> None:
    """Take out what a fault is about, so that the rest can still be checked. An item of a list becomes None as a whole: the places of
    the others stay what they were."""
    for position, key in enumerate(path):
        if isinstance(document, list) and isinstance(key, int) and key < len(document):
            document[key] = None
            return
        if not isinstance(document, dict) or key not in document:
            return
        if position == len(path) - 1:
            del document[key]
            return
        document = document[key]


def _advise(fault: DocumentInvalid, document: Any) -> DocumentInvalid:
    """The schema's fault with a better hint, where we know the field."""
    path = _path(fault)
    value = _look_up(document, path)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    hint = ""
    if path == ["version"] and is_number:
        hint = f'YAML reads it as a number; put it in quotes, like "{value}.0"'
    elif path == ["version"] and isinstance(value, str):
        hint = 'for example "1.2.0" or "1.2.0rc1"'
    elif path[:1] == ["limits"] and len(path) == 2 and path[1] in _UNITS:
        hint = f"say the unit, like {show(value) if is_number else 10}{_UNITS[str(path[1])]}"
    elif path[:2] == ["requires", "packages"] and len(path) == 3 and isinstance(value, str):
        hint = "`skillpod deps lock NAME` prints what to write"
    elif len(path) == 3 and (path[0], path[2]) == ("tools", "output_schema"):
        hint = "what a tool returns is said by the function's own annotation; write it there"
    return DocumentInvalid(fault.message, at=fault.at, hint=hint) if hint else fault


# --- what a schema can't say ---------------------------------------------------------------------------------------------------------


class _Reading:
    """One document that fits the schema, read field by field; what a schema can't say goes to ``faults``.

    What did not fit is taken out before, and its places are ``broken``: nothing is said about them twice.
    """

    def __init__(self, document: dict[str, Any], bundle: Bundle, faults: Faults, broken: frozenset[str]) -> None:
        self._document = document
        self._bundle = bundle
        self._faults = faults
        self._broken = broken

    def manifest(self, folder: str, running: Mapping[str, str]) -> Manifest:
        permissions = self._permissions()
        self._check_text()
        return Manifest(
            name=self._name(folder),
            version=self._get("version", ""),
            description=legible(self._get("description", ""), DESCRIPTION_LIMIT),
            author=self._get("author", ""),
            license=self._get("license", ""),
            entry=self._entry(),
            scripts=self._scripts(),
            frontmatter=frontmatter_beside(self._bundle),
            instructions=self._instructions(),
            tier=self._tier(permissions),
            permissions=permissions,
            limits=self._limits(),
            lifetime=Lifetime(self._get("lifetime", Lifetime.CALL.value)),
            guests=self._guests(),
            concurrency=self._get("concurrency", _DEFAULTS.concurrency),
            config_schema=self._config_schema(),
            state_version=self._section("state").get("version", _DEFAULTS.state_version),
            requires=self._requires(running),
            tools=MappingProxyType(self._section("tools")),
            tests=self._tests(),
            tags=tuple(self._list("tags")),
        )

    # looking things up

    def _get(self, key: str, default: Any) -> Any:
        return self._document.get(key, default)

    def _section(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self._document.get(key, {})
        return found

    def _list(self, key: str) -> list[Any]:
        return [item for item in self._document.get(key, ()) if item is not None]

    def _add(self, message: str, path: str, hint: str = "") -> None:
        self._faults.add(message, at=join(MANIFEST, path), hint=hint)

    def _try(self, path: str, otherwise: _Value, read: Callable[..., _Value], *arguments: Any) -> _Value:
        try:
            return read(*arguments)
        except ValueError as error:
            self._add(str(error), path)
            return otherwise

    # field by field

    def _name(self, folder: str) -> str:
        name: str = self._get("name", "")
        if name and folder and name != folder:
            self._add(f"the manifest says {name}, the folder is called {show(folder)}", "name", "make the two equal")
        return name

    def _check_text(self) -> None:
        for key in _SHOWN_TO_PEOPLE:
            self._try(key, "", fields.plain_text, self._get(key, ""))
        if "description" in self._document and not self._document["description"].strip():
            self._add("expected text, got only spaces", "description", "say what the skill does and when to use it")

    def _entry(self) -> str:
        """The empty string when nothing is said, there is no handler.py, and the skill is its programs or its SKILL.md."""
        said = {*self._document, *self._broken}
        if "entry" not in said and _DEFAULTS.entry not in self._bundle.files and ("scripts" in said or SKILL_MD in self._bundle.files):
            return ""
        entry: str = self._get("entry", _DEFAULTS.entry)
        if entry not in self._bundle.files and "entry" not in self._broken:
            which = "" if "entry" in self._document else " (the default)"
            modules = [name for name in self._bundle.files if name.endswith(".py") and "/" not in name]
            hint = did_you_mean(entry, modules) or "add the module with the @tool functions, or name it with `entry:`"
            self._add(f"{entry}{which} is not in the folder", "entry", hint)
        return entry

    def _scripts(self) -> tuple[str, ...]:
        for index, name in enumerate(self._document.get("scripts", ())):
            if name is not None and name not in self._bundle.files:
                programs = [file for file in self._bundle.files if file.endswith(".py") and "/" in file]
                hint = did_you_mean(name, programs) or "add the file, or take it out of the list"
                self._add(f"{show(name)} is not in the folder", f"scripts[{index}]", hint)
        return tuple(self._list("scripts"))

    def _instructions(self) -> str:
        """SKILL.md when nothing is said and it is there, else README.md; the empty string for a skill without a manual."""
        default = SKILL_MD if SKILL_MD in self._bundle.files else _DEFAULTS.instructions
        name: str = self._get("instructions", default)
        text = self._bundle.files.get(name)
        if text is None:
            if "instructions" in self._document:
                hint = did_you_mean(name, self._bundle.files) or "add the file, or remove the key"
                self._add(f"{show(name)} is not in the folder", "instructions", hint)
            return ""
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            self._add(f"{show(name)} is not UTF-8 text", "instructions", "save it as UTF-8")
        return name

    def _permissions(self) -> Permissions:
        asked = {
            key: [(index, item) for index, item in enumerate(items) if item is not None]
            for key, items in self._section("permissions").items()
        }
        volumes = asked.get("volumes", ())
        network = asked.get("network", ())
        secrets = asked.get("secrets", ())
        environment = asked.get("environment", ())
        self._check_volumes([ask["name"] for _, ask in volumes])
        return Permissions(
            volumes=frozenset(VolumeAsk(ask["name"], ask["access"]) for _, ask in volumes),
            network=frozenset(
                NetworkAsk(
                    self._try(f"permissions.network[{index}].host", "", fields.destination, ask["host"]),
                    tuple(sorted(ask["ports"])),
                    ask.get("addresses", "public"),
                )
                for index, ask in network
            ),
            secrets=frozenset(ask["name"] for _, ask in secrets),
            environment=frozenset(
                self._try(f"permissions.environment[{index}]", "", fields.environment_name, name) for index, name in environment
            ),
            programs=frozenset(name for _, name in asked.get("programs", ())),
        )

    def _check_volumes(self, names: list[str]) -> None:
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            self._add(f"the volume {name} is asked for more than once", "permissions.volumes", "ask once; write includes read")

    def _tier(self, asked: Permissions) -> Tier:
        tier = Tier.of(self._get("tier", Tier.READ_ONLY.word))
        if "tier" in self._broken:
            return tier
        for kind in ("volumes", "network", "secrets", "environment", "programs"):
            needed = Permissions(**{kind: getattr(asked, kind)}).needs
            if needed > tier:
                what = f"permissions.{kind}" + (" with `access: write`" if kind == "volumes" else "")
                which = "" if "tier" in self._document else " (the default)"
                self._add(
                    f"{what} needs the tier {needed.word}; the manifest's is {tier.word}{which}",
                    "tier",
                    f"write `tier: {asked.needs.word}`",
                )
        return tier

    def _limits(self) -> Limits:
        said, default = self._section("limits"), _DEFAULTS.limits
        found: dict[str, Any] = {name: said.get(name, getattr(default, name)) for name in ("threads", "connections")}
        for key, bounds in fields.DURATIONS.items():
            if key in said:
                found[key] = self._try(f"limits.{key}", 0.0, fields.seconds, said[key], bounds)
        for key, bounds in fields.SIZES.items():
            if key in said:
                found[key] = self._try(f"limits.{key}", 0, fields.size, said[key], bounds)
        return Limits(**found)

    def _guests(self) -> GuestCount:
        said = self._section("guests")
        count = GuestCount(said.get("min", _DEFAULTS.guests.min), said.get("max", _DEFAULTS.guests.max))
        if count.min > count.max:
            self._add(f"`min` is {count.min} and `max` is {count.max}", "guests", "make `max` at least `min`")
        return count

    def _config_schema(self) -> Mapping[str, Any] | None:
        schema: dict[str, Any] | None = self._section("config").get("schema")
        if schema is None:
            return None
        faults = author_schema_faults(schema, name=join(MANIFEST, "config.schema"))
        self._faults.extend(faults)
        if not faults and schema.get("type", "object") != "object":
            self._add("the values of a configuration are a mapping", "config.schema.type", "write `type: object`")
        return schema

    def _requires(self, running: Mapping[str, str]) -> Requires:
        said = self._section("requires")
        for key in ("skillpod", "python"):
            if key in said:
                self._check_version(key, said[key], running[key])
        skills: dict[str, str] = said.get("skills", {})
        for name, versions in skills.items():
            if not is_skill_name(name) or name == self._get("name", ""):
                self._add(f"{show(name)} can't be required", f"requires.skills.{name}", "name another skill")
            self._try(f"requires.skills.{name}", None, fields.specifier, versions)
        locked = said.get("packages", ())
        for message, place, hint in packages.faults(locked):
            self._add(message, f"{packages.PLACE}{place}", hint)
        return Requires(
            skillpod=said.get("skillpod", ""),
            python=said.get("python", ""),
            skills=MappingProxyType(skills),
            packages=packages.packages(locked),
        )

    def _check_version(self, key: str, wanted: str, running: str) -> None:
        versions = self._try(f"requires.{key}", None, fields.specifier, wanted)
        if versions is not None and running and not versions.contains(running, prereleases=True):
            self._add(f"this is {key} {running}, the skill wants {wanted}", f"requires.{key}")

    def _tests(self) -> tuple[SkillTest, ...]:
        return tuple(
            SkillTest(
                tool=test["tool"],
                arguments=test.get("arguments", {}),
                expect=test.get("expect"),
                has_expect="expect" in test,
                conditions=self._conditions(test, index),
            )
            for index, test in enumerate(self._list("tests"))
        )

    def _conditions(self, test: Mapping[str, Any], index: int) -> Conditions:
        now = self._try(f"tests[{index}].now", None, moment, test["now"]) if "now" in test else None
        return Conditions(now=now, seed=int(test["seed"]) if "seed" in test else None)  # to JSON Schema, 7.0 is an integer
