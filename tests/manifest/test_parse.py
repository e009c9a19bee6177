"""manifest.yaml: what is read from it, and every fault an author can make."""

from __future__ import annotations

import json
import time

import pytest

from skillpod.documents import meta_faults, read_json
from skillpod.errors import ManifestInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.capability import Lifetime, NetworkAsk, Tier, VolumeAsk
from skillpod.model.conditions import FREE, Conditions
from skillpod.model.manifest import Limits, Manifest
from skillpod.resources import packaged_text
from tests.manifest.folders import HANDLER, MANIFEST, bundle, manifest_faults, read, reader, reasons

WHOLE = """\
manifest: 1
kind: skill
name: find_vulnerability
version: "1.2.0rc1"
description: Look up known vulnerabilities of a package version.
author: Jane Doe <jane@example.org>
license: MIT
entry: main.py
instructions: MANUAL.md
tier: system
permissions:
  volumes:  [{name: advisories, access: read}, {name: cache, access: write}]
  network:  [{host: API.example.com, ports: [8443, 443]}, {host: "::1", ports: [80]}]
  secrets:  [{name: ADVISORY_TOKEN}]
  environment: [TZ]
  programs: [git]
limits: {wall: 500ms, cpu: 2m, memory: 1GiB, threads: 8, output: 64KiB, scratch: 128MiB}
lifetime: skill
guests: {min: 1, max: 2}
concurrency: 3
config: {schema: {type: object, properties: {days: {type: integer}}}}
state: {version: 2}
requires: {skillpod: ">=0.1", python: ">=3.11", skills: {text_tools: ">=1.2,<2"}, packages: []}
tools: {scan: {approval: never}}
tests:
  - {tool: scan, arguments: {package: left-pad}, expect: null}
  - {tool: scan}
tags: [security]
"""


def test_the_published_schema_is_one() -> None:
    assert meta_faults(read_json(packaged_text("manifest/schema.json"), name="schema"), name="schema") == []


def test_the_published_schema_describes_every_key_for_editors() -> None:
    schema = json.loads(packaged_text("manifest/schema.json"))
    assert all("title" in rules for rules in schema["properties"].values())


def test_the_shortest_manifest_has_the_documented_defaults() -> None:
    assert read() == Manifest(
        name="find_vulnerability", version="1.2.0", description="Look up known vulnerabilities.", author="Jane Doe <jane@example.org>"
    )


def test_every_key_is_read() -> None:
    found = read(manifest=WHOLE, main__py=HANDLER, MANUAL__md=b"x")
    assert (found.version, found.license, found.entry, found.instructions) == ("1.2.0rc1", "MIT", "main.py", "MANUAL.md")
    assert found.tier is Tier.SYSTEM
    assert found.permissions.volumes == {VolumeAsk("advisories", "read"), VolumeAsk("cache", "write")}
    assert found.permissions.network == {NetworkAsk("api.example.com", (443, 8443)), NetworkAsk("::1", (80,))}
    assert [*found.permissions.secrets, *found.permissions.environment, *found.permissions.programs] == ["ADVISORY_TOKEN", "TZ", "git"]
    assert found.limits == Limits(wall=0.5, cpu=120.0, memory=1024**3, threads=8, output=64 * 1024, scratch=128 * 1024**2)
    assert (found.lifetime, found.guests.min, found.guests.max, found.concurrency) == (Lifetime.SKILL, 1, 2, 3)
    assert found.config_schema == {"type": "object", "properties": {"days": {"type": "integer"}}}
    assert found.state_version == 2
    assert (found.requires.skillpod, found.requires.python, dict(found.requires.skills)) == (">=0.1", ">=3.11", {"text_tools": ">=1.2,<2"})
    assert dict(found.tools) == {"scan": {"approval": "never"}}
    assert [(test.tool, dict(test.arguments), test.has_expect) for test in found.tests] == [
        ("scan", {"package": "left-pad"}, True),
        ("scan", {}, False),
    ]
    assert found.tags == ("security",)


def test_a_test_fixes_its_time_and_its_chance() -> None:
    tests = "tests: [{tool: scan, now: 2026-01-01T00:00:00Z, seed: 7}, {tool: scan, now: 0.5, seed: 1.0}, {tool: scan}]"
    found = read(manifest=f"{MANIFEST}{tests}\n", handler__py=HANDLER)
    assert [test.conditions for test in found.tests] == [Conditions(now=1_767_225_600.0, seed=7), Conditions(now=0.5, seed=1), FREE]


@pytest.mark.parametrize(("said", "at"), [("now: noon", "now"), ("now: 2026-01-01", "now"), ("seed: -1", "seed"), ("seed: x", "seed")])
def test_a_time_or_a_chance_that_is_none_is_placed(said: str, at: str) -> None:
    with pytest.raises(ManifestInvalid) as caught:
        read(manifest=f"{MANIFEST}tests: [{{tool: scan, {said}}}]\n", handler__py=HANDLER)
    assert any(f"tests[0].{at}" in reason for reason in reasons(caught))


def test_a_skill_without_a_readme_has_no_manual() -> None:
    assert read(handler__py=HANDLER).instructions == ""


# --- the folder ------------------------------------------------------------------------------------------------------------------


def said_of(files: dict[str, bytes], folder: str = "") -> list[str]:
    with pytest.raises(ManifestInvalid) as caught:
        reader().read(Bundle.freeze(files), folder=folder)
    return reasons(caught)


def test_an_empty_folder_is_said_to_lack_both_files() -> None:
    assert said_of({}) == [
        "manifest.yaml: the folder has no manifest.yaml (`skillpod new NAME` writes one to start from)",
        "handler.py: the folder has no handler.py (add the module with the @tool functions)",
    ]


def test_a_misspelt_manifest_is_recognised() -> None:
    assert "did you mean `manifest.yml`?" in said_of({"manifest.yml": MANIFEST.encode(), "handler.py": b""})[0]


def test_a_missing_entry_is_a_fault_and_the_likely_file_is_named() -> None:
    assert manifest_faults(README__md=b"") == [
        "manifest.yaml:entry: handler.py (the default) is not in the folder"
        " (add the module with the @tool functions, or name it with `entry:`)"
    ]
    assert "did you mean `handlers.py`?" in manifest_faults(handlers__py=HANDLER)[0]
    assert manifest_faults("entry: main.py", handler__py=HANDLER)[0].startswith("manifest.yaml:entry: main.py is not in the folder")


@pytest.mark.parametrize("entry", ["handler.txt", "src/handler.py", "../handler.py", "/handler.py", "__init__.py", "my-handler.py"])
def test_an_entry_that_is_no_module_in_the_root_is_refused(entry: str) -> None:
    assert manifest_faults(f"entry: {entry}")[0].startswith("manifest.yaml:entry: expected a Python file in the folder's root")


def test_named_instructions_must_be_there_and_be_text() -> None:
    assert "did you mean `README.md`?" in manifest_faults("instructions: READMEE.md")[0]
    assert "not UTF-8" in manifest_faults("instructions: MANUAL.md", handler__py=HANDLER, MANUAL__md=b"\xff")[0]


def test_the_name_must_be_the_folders() -> None:
    assert read(folder="find_vulnerability").name == "find_vulnerability"
    assert manifest_faults(folder="other") == [
        "manifest.yaml:name: the manifest says find_vulnerability, the folder is called 'other' (make the two equal)"
    ]


# --- the document ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "manifest.yaml:1:1: the document is empty"),
        ("- name: x\n", "manifest.yaml: expected a mapping of keys, got a list"),
        ("just text\n", "manifest.yaml: expected a mapping of keys, got 'just text'"),
        ("a: &x 1\n", "manifest.yaml:1:4: anchors and aliases"),
        ("name: \0\n", "manifest.yaml:1:7: the document has NUL"),
        ("name: [\n", "manifest.yaml:2:1: not YAML"),
    ],
)
def test_a_document_that_is_no_manifest_is_one_clear_fault(text: str, fault: str) -> None:
    (only,) = manifest_faults(manifest=text)
    assert only.startswith(fault)


def test_one_fault_is_also_the_errors_own_message() -> None:
    with pytest.raises(ManifestInvalid) as caught:
        read("tier: Write")
    assert (caught.value.at, caught.value.hint) == ("manifest.yaml:tier", "did you mean `write`?")


HASH = f"sha256:{'0' * 64}"
TWICE = f"{{{{name: {{}}, version: '1', hashes: ['{HASH}']}}}}"


def test_a_lock_is_read_with_its_names_normalised() -> None:
    other = HASH.replace("0", "1")
    entry = f"{{name: Ruamel.Yaml, version: 'v0.18-1', hashes: ['{other}', '{HASH}']}}"
    found = read(f"requires: {{packages: [{entry}, {{name: PyYAML, version: '6', hashes: ['{HASH}'], imports: [yaml], native: true}}]}}")
    assert [each.as_dict() for each in found.requires.packages] == [
        {"name": "ruamel-yaml", "version": "0.18.post1", "hashes": [HASH, other], "imports": ["ruamel_yaml"], "native": False},
        {"name": "pyyaml", "version": "6", "hashes": [HASH], "imports": ["yaml"], "native": True},
    ]


def test_every_fault_is_told_at_once_and_always_in_the_same_order() -> None:
    manifest = """\
nme: x
version: 1.20
description: ""
author: [a]
limits: {wall: 10, memroy: 3MiB, memory: 1KiB, cpu: 1ms}
permissions: {network: [{host: a}, {host: "http://x", ports: [1]}], secrets: TOKEN, environment: [PYTHONPATH]}
tests: [{tool: a b, argments: {}}]
lifetime: yes
config: {schema: {type: objct}}
requires: {python: "3", packages: [requests], skills: {text_tools: ""}}
guests: {min: 9}
entry: main.py
"""
    found = manifest_faults(manifest=manifest, folder="x")
    assert [line.split(": ")[0].removeprefix("manifest.yaml:") for line in found] == [
        "author",
        "description",
        "lifetime",
        "limits.memroy",
        "limits.wall",
        "name",
        "nme",
        "permissions.network[0].ports",
        "permissions.secrets",
        "requires.packages[0]",
        "tests[0].argments",
        "tests[0].tool",
        "version",
        "permissions.network[1].host",
        "permissions.environment[0]",
        "entry",
        "tier",
        "limits.cpu",
        "limits.memory",
        "guests",
        "config.schema.type",
        "requires.python",
        "requires.skills.text_tools",
    ]
    assert found == manifest_faults(manifest=manifest, folder="x")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("versoin: x", "manifest.yaml:versoin: unknown key (did you mean `version`?)"),
        ("kind: pack", "manifest.yaml:kind: expected skill, got 'pack'"),
        ("manifest: 2", "manifest.yaml:manifest: expected 1, got 2"),
        (
            "limits: {wall: 10}",
            "manifest.yaml:limits.wall: expected a duration with its unit (ms, s, m, h), got 10 (say the unit, like 10s)",
        ),
        (
            "limits: {memory: 256}",
            "manifest.yaml:limits.memory: expected a size with its unit (KiB, MiB, GiB), got 256 (say the unit, like 256MiB)",
        ),
        ("limits: {memory: 256MB}", "got '256MB' (say the unit, like 10MiB)"),
        ("limits: {memory: 1MiB}", "manifest.yaml:limits.memory: expected at least 32MiB, got 1MiB"),
        ("limits: {wall: 2h}", "manifest.yaml:limits.wall: expected at most 1h, got 2h"),
        ("limits: {wall: 0s}", "manifest.yaml:limits.wall: expected at least 10ms, got 0s"),
        ("limits: {wall: 99999999999h}", "manifest.yaml:limits.wall: "),
        ("limits: {scratch: 0MiB}", "manifest.yaml:limits.scratch: expected at least 1MiB, got 0MiB"),
        ("limits: {threads: 0}", "manifest.yaml:limits.threads: expected at least 1, got 0"),
        ("guests: {min: 5}", "manifest.yaml:guests: `min` is 5 and `max` is 4 (make `max` at least `min`)"),
        ("state: {version: 0}", "manifest.yaml:state.version: expected at least 1, got 0"),
        ("tags: [a, a]", "manifest.yaml:tags: an item is in the list twice"),
        ("tools: {scan: {aproval: never}}", "manifest.yaml:tools.scan.aproval: unknown key (did you mean `approval`?)"),
        (
            "requires: {packages: [requests]}",
            "requires.packages[0]: expected a mapping, got 'requests' (`skillpod deps lock NAME` prints what to write)",
        ),
        (f"requires: {{packages: [{{name: a, version: '1', hash: x, hashes: ['{HASH}']}}]}}", "(did you mean `hashes`?)"),
        ("requires: {packages: [{name: a, version: '1', hashes: []}]}", "requires.packages[0].hashes: "),
        ("requires: {packages: [{name: a, version: '1', hashes: [md5:0]}]}", "expected sha256: and 64 hex digits, got 'md5:0'"),
        (f"requires: {{packages: [{{name: a==1, version: '1', hashes: ['{HASH}']}}]}}", "a package's name, without a version"),
        (f"requires: {{packages: [{{name: a, version: '>=1', hashes: ['{HASH}']}}]}}", "expected a version like 4.17.0, got '>=1'"),
        (
            f"requires: {{packages: [{{name: a, version: '1', hashes: ['{HASH}'], imports: [json]}}]}}",
            "json is the standard library's, which wins",
        ),
        (f"requires: {{packages: [{{name: a, version: '1', hashes: ['{HASH}'], imports: [skillpod]}}]}}", "skillpod is skillpod's own"),
        (f"requires: {{packages: [{TWICE.format('A-b')}, {TWICE.format('a_B')}]}}", "requires.packages[1].name: a-b is listed twice"),
        ("requires: {python: three}", "manifest.yaml:requires.python: expected versions like >=1.2,<2, got 'three'"),
        ('requires: {skills: {text_tools: ""}}', "manifest.yaml:requires.skills.text_tools: expected versions like >=1.2,<2, got nothing"),
        ('requires: {skills: {Text: ">=1"}}', "manifest.yaml:requires.skills.Text: 'Text' can't be required"),
        ('requires: {skills: {find_vulnerability: ">=1"}}', "'find_vulnerability' can't be required (name another skill)"),
        ("permissions: {environment: [LD_PRELOAD]}", "LD_PRELOAD changes how the interpreter itself runs"),
        ('license: "a\\u202Eb"', "manifest.yaml:license: has the invisible character U+202E in it"),
    ],
)
def test_a_fault_says_where_what_and_what_to_do(more: str, fault: str) -> None:
    (only,) = manifest_faults(more)
    assert fault in only


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("version", "1.20", "got 1.2 (YAML reads it as a number; put it in quotes"),
        ("version", '"1.2"', "got '1.2' (for example"),
        ("version", '"01.2.3"', "expected a version N.N.N"),
        ("version", '"1.2.3-beta"', "expected a version N.N.N"),
        ("version", '"1.2.0\\n"', "expected a version N.N.N"),
        ("name", "Find", "expected lower-case words joined by _ or -"),
        ("name", "find__it", "expected lower-case words joined by _ or -"),
        ("name", '"find\\n"', "expected lower-case words joined by _ or -"),
        ("name", "a" * 65, "expected at most 64 characters"),
        ("author", "<jane@example.org>", "expected a name"),
        ("author", "Jane <not an address>", "expected a name"),
        ("description", '"  "', "expected text, got only spaces"),
        ("description", "x" * 1025, "expected at most 1024 characters, got 1025"),
        ("description", '"a\\x1b[2Jb"', "invisible character U+001B"),
        ("description", '"a\\u200Bb"', "invisible character U+200B"),
    ],
)
def test_what_must_be_there_must_be_right(key: str, value: str, fault: str) -> None:
    lines = [line for line in MANIFEST.splitlines() if not line.startswith(f"{key}:")]
    (only,) = manifest_faults(manifest="\n".join([*lines, f"{key}: {value}"]))
    assert only.startswith(f"manifest.yaml:{key}: ")
    assert fault in only


@pytest.mark.parametrize("version", ["0.0.0", "1.2.3", "10.20.30", "1.0.0a1", "1.0.0b12", "1.0.0rc3"])
def test_versions_packaging_can_order_are_accepted(version: str) -> None:
    assert read(manifest=MANIFEST.replace("1.2.0", version)).version == version


@pytest.mark.parametrize(
    ("asked", "tier", "said"),
    [
        ("volumes: [{name: a, access: write}]", "write", "permissions.volumes with `access: write` needs the tier write"),
        ("network: [{host: a.example, ports: [1]}]", "network", "permissions.network needs the tier network"),
        ("secrets: [{name: TOKEN}]", "network", "permissions.secrets needs the tier network"),
        ("programs: [git]", "system", "permissions.programs needs the tier system"),
    ],
)
def test_the_tier_must_cover_what_is_asked(asked: str, tier: str, said: str) -> None:
    permissions = f"permissions: {{{asked}}}\n"
    (only,) = manifest_faults(permissions)
    assert said in only
    assert f"write `tier: {tier}`" in only
    assert read(f"{permissions}tier: {tier}").permissions.needs is Tier.of(tier)


def test_what_a_read_only_skill_may_ask_needs_no_tier() -> None:
    assert read("permissions: {volumes: [{name: a, access: read}], environment: [TZ]}").tier is Tier.READ_ONLY


@pytest.mark.parametrize("host", ["http://x.example", "x.example:443", "x.example/a", "-a.example", "1.2.3", "a b", "x..y"])
def test_a_host_is_a_name_or_an_address_and_nothing_more(host: str) -> None:
    (only,) = manifest_faults(f'tier: network\npermissions: {{network: [{{host: "{host}", ports: [443]}}]}}')
    assert only.startswith("manifest.yaml:permissions.network[0].host: expected a host name or an IP address")


@pytest.mark.parametrize(
    ("host", "is_fit"),
    [("*.example.com", True), ("*.a.b.example", True), ("*.com", False), ("*", False), ("a.*.example.com", False)],
)
def test_every_name_below_one_may_be_asked_for(host: str, is_fit: bool) -> None:
    text = f'tier: network\npermissions: {{network: [{{host: "{host}", ports: [443], addresses: private}}]}}'
    if is_fit:
        assert read(text).permissions.network == {NetworkAsk(host, (443,), "private")}
    else:
        assert len(manifest_faults(text)) == 1


def test_a_volume_is_asked_for_once() -> None:
    (only,) = manifest_faults("tier: write\npermissions: {volumes: [{name: a, access: read}, {name: a, access: write}]}")
    assert "asked for more than once" in only


def test_the_running_versions_are_held_against_requires() -> None:
    wanting = bundle(MANIFEST + 'requires: {python: ">=3.12", skillpod: ">=0.2"}\n')
    with pytest.raises(ManifestInvalid) as caught:
        reader(python="3.11.7", skillpod="0.1.0").read(wanting)
    assert reasons(caught) == [
        "manifest.yaml:requires.skillpod: this is skillpod 0.1.0, the skill wants >=0.2",
        "manifest.yaml:requires.python: this is python 3.11.7, the skill wants >=3.12",
    ]
    assert (
        reader(python="3.12.1", skillpod="0.2.0rc1").read(bundle(MANIFEST + 'requires: {skillpod: ">=0.1"}\n')).requires.skillpod == ">=0.1"
    )


# --- the schema of the configuration ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ("{type: objct}", "manifest.yaml:config.schema.type: expected one of array, boolean"),
        ("{type: string}", "the values of a configuration are a mapping"),
        ('{$ref: "https://example.org/s.json"}', "a reference must be #/$defs/NAME"),
        ('{$ref: "file:///etc/passwd"}', "a reference must be #/$defs/NAME"),
        ('{properties: {a: {$ref: "#/$defs/b"}}}', "config.schema.properties.a.$ref: a reference must be"),
        ('{$id: "https://example.org/"}', "`$id` is not accepted"),
        ('{$schema: "http://json-schema.org/draft-07/schema#"}', "only JSON Schema 2020-12 is accepted"),
        ('{$defs: {a: {$ref: "#/$defs/a"}}, $ref: "#/$defs/a"}', "goes in a circle"),
        ('{properties: {a: {type: string, pattern: "(?=x)"}}}', "config.schema.properties.a.pattern: the pattern has a group"),
        ('{patternProperties: {"(a+)+$": {}}}', "`patternProperties` is not accepted"),
        ("{unevaluatedProperties: false}", "`unevaluatedProperties` is not accepted (use additionalProperties)"),
        ("{properties: {a: {unevaluatedItems: {}}}}", "`unevaluatedItems` is not accepted (use items)"),
        ('{$defs: {a/b: {}}, $ref: "#/$defs/a/b"}', "a reference must be #/$defs/NAME"),
    ],
)
def test_a_config_schema_the_host_can_not_safely_use_is_refused(schema: str, fault: str) -> None:
    assert any(fault in line for line in manifest_faults(f"config: {{schema: {schema}}}"))


def test_a_config_schema_that_doubles_itself_is_refused() -> None:
    levels = {f"a{level}": {"allOf": [{"$ref": f"#/$defs/a{level + 1}"}] * 2} for level in range(25)}
    schema = json.dumps({"$defs": {**levels, "a25": {}}, "$ref": "#/$defs/a0"})
    began = time.process_time()
    assert any("more than 10000 subschemas" in line for line in manifest_faults(f"config: {{schema: {schema}}}"))
    assert time.process_time() - began < 1


def test_a_thousand_manifests_are_read_quickly() -> None:
    one, reading = bundle(WHOLE, main__py=HANDLER, MANUAL__md=b"x"), reader()
    reading.read(one)
    began = time.process_time()
    for _ in range(20):
        reading.read(one)
    assert (time.process_time() - began) / 20 < 0.010  # measured: 0.5 to 1.5 ms; the bound is for slow machines
