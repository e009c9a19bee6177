"""HOME/pod.yaml: defaults without it, every fault at once with its place, and a skill's config against its schema."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest

from skillpod.config import MAX_BYTES, Alert, Http, PodConfig, load_config
from skillpod.documents import meta_faults
from skillpod.errors import ConfigInvalid, ConfigRefused
from skillpod.intake.watch import Observation
from skillpod.journal.tree.note import ED25519, VerifierKey
from skillpod.manifest.config import MAX_BYTES as MAX_CONFIG
from skillpod.manifest.config import config_faults, fill_config
from skillpod.model.capability import Access
from skillpod.model.domain import DomainBounds
from skillpod.model.keeping import Witness
from skillpod.model.manifest import Manifest
from skillpod.model.secret import Bound, Kept
from skillpod.model.volume import Binding
from skillpod.resources import packaged_text

WHOLE = """
policy: strict
skills:
  find_vulnerability:
    config: {level: high, feeds: [one, two]}
  text_tools: {}
volumes:
  advisories: {path: /data/advisories}
  reports: {path: /srv/reports, access: write}
alert:
  command: [/usr/local/bin/page-me, --now]
  timeout: 2500ms
trial: 2m
quiet: 150ms
watch: polling
http: {body: 1MiB, rate: 2.5, burst: 7, calls: 3, names: [Pod.Example.org], origins: ["https://App.example.org:8443"]}
guests: {memory: 4GiB, processes: 1024, cpu: 2}
"""


def _load(home: Path, text: str | bytes) -> PodConfig:
    (home / "pod.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_config(home)


def _faults(home: Path, text: str | bytes) -> dict[str, str]:
    """Place -> message and hint of every fault."""
    with pytest.raises(ConfigInvalid) as caught:
        _load(home, text)
    assert caught.value.reasons
    return {reason.at: f"{reason.message} ({reason.hint})" for reason in caught.value.reasons}


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == PodConfig()
    assert load_config(tmp_path / "nowhere") == PodConfig()


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n", "{}"])
def test_a_file_that_says_nothing_is_the_defaults(tmp_path: Path, text: str) -> None:
    assert _load(tmp_path, text) == PodConfig()


def test_everything_said_is_taken(tmp_path: Path) -> None:
    assert _load(tmp_path, WHOLE) == PodConfig(
        policy="strict",
        skills={"find_vulnerability": {"level": "high", "feeds": ["one", "two"]}, "text_tools": {}},
        volumes={
            "advisories": Binding(path="/data/advisories", access=Access.READ),
            "reports": Binding(path="/srv/reports", access=Access.WRITE),
        },
        alert=Alert(command=("/usr/local/bin/page-me", "--now"), timeout=2.5),
        trial=120.0,
        quiet=0.15,
        watch=Observation.POLLING,
        http=Http(
            body=2**20,
            rate=2.5,
            burst=7,
            calls=3,
            names=frozenset({"pod.example.org"}),
            origins=frozenset({"https://app.example.org:8443"}),
        ),
        guests=DomainBounds(memory=4 * 2**30, processes=1024, cpu=2.0),
    )


def test_every_volume_that_may_not_be_bound_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "home" / "store").mkdir(parents=True)
    (tmp_path / "innocent").symlink_to("/proc/self")
    found = _faults(
        tmp_path / "home",
        f"""
        volumes:
          all: {{path: /}}
          mine: {{path: {tmp_path}/home/store}}
          around: {{path: {tmp_path}}}
          linked: {{path: {tmp_path}/innocent}}
          settings: {{path: /usr/share, access: write}}
          fine: {{path: /usr, access: read}}
        """,
    )
    assert set(found) == {f"pod.yaml:volumes.{name}.path" for name in ("all", "mine", "around", "linked", "settings")}
    assert "it is in HOME" in found["pod.yaml:volumes.mine.path"]
    assert "it holds HOME" in found["pod.yaml:volumes.around.path"]
    assert "part of the system" in found["pod.yaml:volumes.settings.path"]


@pytest.mark.parametrize("said", ["{path: relative}", "{path: ~/data}", "{access: read}", "{path: /data, access: execute}", "/data"])
def test_a_binding_that_is_none_is_refused(tmp_path: Path, said: str) -> None:
    assert all(at.startswith("pod.yaml:volumes.data") for at in _faults(tmp_path, f"volumes: {{data: {said}}}"))


def test_a_config_is_frozen(tmp_path: Path) -> None:
    config: Any = _load(tmp_path, WHOLE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.trial = 0.0
    with pytest.raises(TypeError):
        config.skills["other"] = {}
    with pytest.raises(TypeError):
        config.skills["text_tools"]["level"] = "low"


def test_every_fault_is_told_at_once_with_its_path(tmp_path: Path) -> None:
    found = _faults(
        tmp_path,
        """
        polici: default
        trial: sixty
        watch: sometimes
        skills: {scan: {confg: {}}}
        alert: {command: page-me}
        """,
    )
    assert set(found) == {
        "pod.yaml:polici",
        "pod.yaml:trial",
        "pod.yaml:watch",
        "pod.yaml:skills.scan.confg",
        "pod.yaml:alert.command",
    }
    assert "policy" in found["pod.yaml:polici"]
    assert "config" in found["pod.yaml:skills.scan.confg"]
    assert "inotify" in found["pod.yaml:watch"]


def test_what_the_schema_can_not_say_is_told_at_once_too(tmp_path: Path) -> None:
    found = _faults(tmp_path, "{trial: 25h, quiet: 1ms, alert: {command: [x], timeout: 1h}, skills: {Bad-Name: {}}}")
    assert set(found) == {"pod.yaml:trial", "pod.yaml:quiet", "pod.yaml:alert.timeout", "pod.yaml:skills.Bad-Name"}
    assert "at most 24h" in found["pod.yaml:trial"]
    assert "from 10ms to 10s" in found["pod.yaml:quiet"]


def test_a_single_fault_is_told_as_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        _load(tmp_path, "trail: 60s")
    assert caught.value.at == "pod.yaml:trail"
    assert "trial" in caught.value.hint


@pytest.mark.parametrize("key", ["tenants", "idle"])
def test_what_comes_with_a_later_version_is_refused_and_not_passed_over(tmp_path: Path, key: str) -> None:
    assert list(_faults(tmp_path, f"{key}: {{}}")) == [f"pod.yaml:{key}"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("- a list\n", "pod.yaml"),
        ("just text", "pod.yaml"),
        ("policy: [a, b", "pod.yaml:2"),
        ("policy: a\npolicy: b\n", "pod.yaml:2"),
        ("a: &x [1]\nb: *x\n", "pod.yaml:1"),
        (b"\xff\xfe\x00", "pod.yaml"),
        ("policy: ../../etc/passwd\n", "pod.yaml:policy"),
        ("policy: 5\n", "pod.yaml:policy"),
        ("alert: {timeout: 5s}\n", "pod.yaml:alert.command"),
        ("alert: {command: []}\n", "pod.yaml:alert.command"),
        ("alert: {command: ['']}\n", "pod.yaml:alert.command[0]"),
        ('alert: {command: ["a\\0b"]}\n', "pod.yaml:alert.command[0]"),
        ("trial: 60\n", "pod.yaml:trial"),
        ("skills: [scan]\n", "pod.yaml:skills"),
        ("skills: {scan: {config: 5}}\n", "pod.yaml:skills.scan.config"),
    ],
)
def test_bad_input_is_placed(tmp_path: Path, text: str | bytes, at: str) -> None:
    assert all(place.startswith(at) for place in _faults(tmp_path, text))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigInvalid, match="larger than"):
        load_config(tmp_path)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").mkdir()
    with pytest.raises(ConfigInvalid, match="not a plain file"):
        load_config(tmp_path)
    (tmp_path / "pod.yaml").rmdir()
    os.mkfifo(tmp_path / "pod.yaml")
    with pytest.raises(ConfigInvalid, match="not a plain file"):
        load_config(tmp_path)


def test_a_link_to_nowhere_is_not_an_absent_file(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").symlink_to(tmp_path / "gone")
    with pytest.raises(ConfigInvalid, match="link to nowhere"):
        load_config(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("{}")
    (tmp_path / "pod.yaml").chmod(0)
    with pytest.raises(ConfigInvalid, match="can't be read"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("http: {body: 0KiB}", "pod.yaml:http.body"),
        ("http: {body: 1GiB}", "pod.yaml:http.body"),
        ("http: {body: 5}", "pod.yaml:http.body"),
        ("http: {rate: 0}", "pod.yaml:http.rate"),
        ("http: {burst: 0}", "pod.yaml:http.burst"),
        ("http: {calls: 1.5}", "pod.yaml:http.calls"),
        ('http: {names: ["*"]}', "pod.yaml:http.names"),
        ('http: {origins: ["*"]}', "pod.yaml:http.origins[0]"),
        ('http: {origins: ["https://a.test/path"]}', "pod.yaml:http.origins[0]"),
        ("http: {port: 1}", "pod.yaml:http.port"),
    ],
)
def test_what_the_http_door_may_not_be_told_is_refused_at_its_place(tmp_path: Path, text: str, at: str) -> None:
    assert at in _faults(tmp_path, text)


WITNESS = "witness.example.org+f5f5d0ac+BC1xFkK3JrBEAWJ8qfusMvXIUw+xkDzE2wIlhxeSGkiB"


def _witness(url: str, key: str = WITNESS) -> str:
    return f"log: {{witness: {{url: '{url}', key: '{key}'}}}}"


@pytest.mark.parametrize(
    "url", ["https://witness.example.org", "https://w.example.org:8443/pods/one", "http://127.0.0.1:8080", "http://[::1]:1/w"]
)
def test_a_witness_is_asked_over_https_or_on_this_machine(tmp_path: Path, url: str) -> None:
    assert _load(tmp_path, _witness(url)).log.witness == Witness(url=url, key=WITNESS)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://witness.example.org", "over https"),
        ("http://127.0.0.2.example.org", "over https"),
        ("https://me:secret@witness.example.org", "not the address of a witness"),
        ("https://witness.example.org/?log=1", "not the address of a witness"),
        ("https://witness.example.org/#w", "not the address of a witness"),
        ("https://witness.example.org:port", "not the address of a witness"),
        ("https://:443", "not the address of a witness"),
    ],
)
def test_an_address_that_no_witness_may_have_is_refused(tmp_path: Path, url: str, said: str) -> None:
    assert said in _faults(tmp_path, _witness(url))["pod.yaml:log.witness.url"]


def test_the_key_of_a_witness_is_a_cosigner_s(tmp_path: Path) -> None:
    changed = WITNESS.replace("f5f5d0ac", "f5f5d0ad")
    assert "no verifier key" in _faults(tmp_path, _witness("https://w.example.org", changed))["pod.yaml:log.witness.key"]
    log = VerifierKey("example.org/log", ED25519, bytes(32))
    assert "the key of a log" in _faults(tmp_path, _witness("https://w.example.org", str(log)))["pod.yaml:log.witness.key"]


def test_copies_lie_outside_of_home_and_of_what_skills_may_write(tmp_path: Path) -> None:
    home, outside, data = tmp_path / "home", tmp_path / "outside", tmp_path / "data"
    for each in (home, outside, data):
        each.mkdir()
    (outside / "link").symlink_to(home)
    at = "pod.yaml:log.copies.file"
    assert _load(home, f"log: {{copies: {{file: {outside}/copies}}}}").log.copies.file == f"{outside}/copies"
    for inside in (f"{home}/copies", f"{home}/journal/copies", f"{outside}/../home/copies", f"{outside}/link/copies"):
        assert "in HOME" in _faults(home, f"log: {{copies: {{file: {inside}}}}}")[at]
    volumes = f"volumes: {{data: {{path: {data}, access: ACCESS}}}}\nlog: {{copies: {{file: {data}/copies}}}}"
    assert "the volume data" in _faults(home, volumes.replace("ACCESS", "write"))[at]
    assert _load(home, volumes.replace("ACCESS", "read")).log.copies.file


def test_a_bound_that_is_not_said_keeps_its_default(tmp_path: Path) -> None:
    assert _load(tmp_path, "guests: {processes: 100}").guests == DomainBounds(memory=None, processes=100, cpu=None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("guests: {memory: 1MiB}", "pod.yaml:guests.memory"),
        ("guests: {memory: 4}", "pod.yaml:guests.memory"),
        ("guests: {processes: 1}", "pod.yaml:guests.processes"),
        ("guests: {cpu: 0}", "pod.yaml:guests.cpu"),
        ("guests: {swap: 1GiB}", "pod.yaml:guests.swap"),
    ],
)
def test_a_bound_no_guest_could_live_in_is_refused_at_its_place(tmp_path: Path, text: str, at: str) -> None:
    assert list(_faults(tmp_path, text)) == [at]


def test_the_published_schema_is_one_and_documents_every_key() -> None:
    schema = json.loads(packaged_text("config.schema.json"))
    assert meta_faults(schema, name="config.schema.json") == []
    assert set(schema["properties"]) == {field.name for field in dataclasses.fields(PodConfig)} - {"digest", "in_process"}  # of `skills`
    documented = (Path(__file__).parents[1] / "docs" / "pod-yaml.md").read_text()
    assert all(f"`{key}`" in documented for key in schema["properties"])


def test_the_example_in_the_documentation_is_accepted(tmp_path: Path) -> None:
    documented = (Path(__file__).parents[1] / "docs" / "pod-yaml.md").read_text()
    example = documented.split("```yaml\n")[1].split("```")[0]
    assert _load(tmp_path, example).skills


# --- secrets and variables ------------------------------------------------------------------------------------------------------


def test_each_source_of_a_secret_is_read(tmp_path: Path) -> None:
    config = _load(
        tmp_path,
        """
        secrets:
          A: {environment: POD_A}
          B: {file: /run/secrets/b}
          C: {keyring: {service: advisories, user: pod}}
          D: {command: [/usr/local/bin/vault, read], keep: 5m}
          E: {file: /run/secrets/e, bind: {host: API.example.com}}
          F: {file: /run/secrets/f, bind: {host: 127.0.0.1, scheme: http, header: X-Api-Key, format: "{}"}}
        """,
    )
    assert {name: (source.kept, source.place) for name, source in config.secrets.items()} == {
        "A": (Kept.ENVIRONMENT, ("POD_A",)),
        "B": (Kept.FILE, ("/run/secrets/b",)),
        "C": (Kept.KEYRING, ("advisories", "pod")),
        "D": (Kept.COMMAND, ("/usr/local/bin/vault", "read")),
        "E": (Kept.FILE, ("/run/secrets/e",)),
        "F": (Kept.FILE, ("/run/secrets/f",)),
    }
    assert config.secrets["D"].keep == 300.0
    assert config.secrets["E"].bound == Bound(host="api.example.com", ports=(443,))
    assert config.secrets["F"].bound == Bound(host="127.0.0.1", ports=(80,), header="X-Api-Key", format="{}", scheme="http")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("secrets: {A: {}}", "secrets.A"),
        ("secrets: {A: {file: /a, environment: A}}", "secrets.A"),
        ("secrets: {A: {file: a}}", "secrets.A.file"),
        ("secrets: {A: {value: hunter2}}", "secrets.A.value"),
        ("secrets: {A: hunter2}", "secrets.A"),
        ("secrets: {A-B: {file: /a}}", "secrets"),
        ("secrets: {A: {command: vault}}", "secrets.A.command"),
        ("secrets: {A: {command: [v], keep: 48h}}", "secrets.A.keep"),
        ("secrets: {A: {file: /a, bind: {host: '*.example.com'}}}", "secrets.A.bind.host"),
        ("secrets: {A: {file: /a, bind: {host: h.example, format: Bearer}}}", "secrets.A.bind.format"),
        ('secrets: {A: {file: /a, bind: {host: h.example, format: "a\\nb: {}"}}}', "secrets.A.bind.format"),
        ("secrets: {A: {file: /a, bind: {host: h.example, header: Host}}}", "secrets.A.bind.header"),
        ("secrets: {A: {file: /a, bind: {host: h.example, header: Proxy-Authorization}}}", "secrets.A.bind.header"),
        ("secrets: {A: {file: /a, bind: {host: h.example, header: 'X: y'}}}", "secrets.A.bind.header"),
        ("variables: {PYTHONPATH: /tmp}", "variables.PYTHONPATH"),
        ("variables: {ld_preload: x.so}", "variables.ld_preload"),
        ("variables: {TZ: Europe/Berln}", "variables.TZ"),
        ("variables: {TZ: ../../etc/passwd}", "variables.TZ"),
        ("variables: {A=B: c}", "variables"),
        ("skills: {scan: {variables: {LD_AUDIT: x}}}", "skills.scan.variables.LD_AUDIT"),
    ],
)
def test_what_is_wrong_with_a_secret_or_a_variable_is_placed(tmp_path: Path, text: str, at: str) -> None:
    assert [place for place in _faults(tmp_path, text) if place.startswith(f"pod.yaml:{at}")]


@pytest.mark.parametrize(
    "entry", ["sk-1234-hunter2", "{environment: sk-1234-hunter2}", "{value: sk-1234-hunter2}", "{file: sk-1234-hunter2}"]
)
def test_a_secret_that_was_written_into_pod_yaml_itself_is_quoted_by_no_fault(tmp_path: Path, entry: str) -> None:
    faults = _faults(tmp_path, f"secrets: {{A: {entry}}}")
    assert faults
    assert "hunter2" not in str(faults)


def test_a_secret_is_not_kept_where_skills_write(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    (tmp_path / "link").symlink_to(out / "token")
    for source in (f"{{file: {out}/token}}", f"{{file: {tmp_path}/link}}", f"{{command: [/bin/cat, {out}/token]}}"):
        said = f"volumes: {{out: {{path: {out}, access: write}}}}\nsecrets: {{A: {source}}}"
        (fault,) = _faults(home, said).values()
        assert "in the volume out, where skills write" in fault
    assert _load(home, f"volumes: {{out: {{path: {out}}}}}\nsecrets: {{A: {{file: {out}/token}}}}").secrets


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3"])
def test_a_time_zone_is_one_that_this_machine_knows(tmp_path: Path, zone: str) -> None:
    assert _load(tmp_path, f'variables: {{TZ: "{zone}"}}').variables.of("scan") == {"TZ": zone}


def test_a_skills_own_variables_count_for_more(tmp_path: Path) -> None:
    config = _load(tmp_path, "variables: {A: a, B: b}\nskills: {scan: {variables: {B: own, C: c}}}")
    assert config.variables.of("scan") == {"A": "a", "B": "own", "C": "c"}
    assert config.variables.of("other") == {"A": "a", "B": "b"}


# --- the config of a skill --------------------------------------------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["level"],
    "properties": {
        "level": {"enum": ["low", "high"], "default": "low"},
        "feeds": {"type": "array", "items": {"type": "string"}, "default": []},
        "deep": {"type": "object", "properties": {"inner": {"default": 1}}},
        "anything": True,
    },
}


def _manifest(schema: Any = SCHEMA) -> Manifest:
    return Manifest(name="scan", version="1.0.0", description="Scan.", author="Jane Doe", config_schema=schema)


def test_defaults_fill_in_what_is_missing_at_the_top() -> None:
    assert fill_config({}, _manifest()) == {"level": "low", "feeds": []}
    assert fill_config({"level": "high", "deep": {}}, _manifest()) == {"level": "high", "feeds": [], "deep": {}}


def test_a_default_is_not_shared_between_those_who_get_it() -> None:
    fill_config({}, _manifest())["feeds"].append("mine")
    assert fill_config({}, _manifest())["feeds"] == []


def test_every_fault_of_a_config_is_told_with_its_path() -> None:
    with pytest.raises(ConfigRefused) as caught:
        fill_config({"level": "middle", "feeds": [1], "fedes": []}, _manifest())
    assert {reason.at for reason in caught.value.reasons} == {"config:level", "config:feeds[0]", "config:fedes"}
    assert caught.value.skill == "scan"


def test_a_skill_without_a_schema_takes_no_config() -> None:
    assert fill_config({}, _manifest(None)) == {}
    with pytest.raises(ConfigRefused, match="takes no config"):
        fill_config({"level": "low"}, _manifest(None))


def test_a_required_value_without_a_default_must_be_given() -> None:
    schema = {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}
    with pytest.raises(ConfigRefused) as caught:
        fill_config({}, _manifest(schema))
    assert caught.value.at == "config:url"


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_a_config_is_json(value: Any) -> None:
    assert [fault.at for fault in config_faults({"anything": value}, SCHEMA)] == ["config"]


def test_a_config_fits_a_line_of_the_journal() -> None:
    assert config_faults({"anything": "x" * (MAX_CONFIG - 100)}, SCHEMA) == []
    assert [fault.at for fault in config_faults({"anything": "x" * MAX_CONFIG}, SCHEMA)] == ["config"]
