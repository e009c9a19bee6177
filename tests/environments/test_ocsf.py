"""What ``log export --format ocsf`` writes is valid under the published schema of OCSF: the release it names, and the newest."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from skillpod.journal.report import ocsf
from skillpod.model.entry import Entry, Fact
from tests.support.log_entries import EXAMPLES, recorded

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".environments" / "ocsf" / "bin" / "python"
NEWEST = "1.8.0"
MAKING = """
import json, sys
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
schemas, profiles = {}, {uid: given for uid, given in json.loads(sys.argv[1])}
for version in sys.argv[2:]:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    names = {uid: schema.lookup_class_name_from_uid(class_uid=uid) for uid in profiles}
    schemas[version] = {uid: schema.get_class_schema(class_name=name, profiles=profiles[uid]) for uid, name in names.items()}
print(json.dumps(schemas))
"""
Validators = Mapping[str, Mapping[int, Draft202012Validator]]


@pytest.fixture(scope="module")
def validators() -> Validators:
    """By release and class."""
    if not PYTHON.exists():
        pytest.skip("the schema of OCSF is not there: make environments")
    classes = sorted({(kind.uid, kind.profiles) for kind, _ in ocsf.EVENTS.values()})
    command = [str(PYTHON), "-c", MAKING, json.dumps(classes), ocsf.VERSION, NEWEST]
    made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return {
        version: {int(uid): Draft202012Validator(schema) for uid, schema in schemas.items()}
        for version, schemas in json.loads(made).items()
    }


def faults(validators: Validators, version: str, event: Mapping[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validators[version][event["class_uid"]].iter_errors(event)]


def test_every_fact_has_an_example_and_a_class() -> None:
    assert set(EXAMPLES) == set(Fact) == set(ocsf.EVENTS)


@pytest.mark.parametrize("version", [ocsf.VERSION, NEWEST])
@pytest.mark.parametrize("fact", Fact)
def test_an_event_is_valid(validators: Validators, version: str, fact: Fact) -> None:
    event = json.loads(ocsf.line(recorded(EXAMPLES[fact]), version="0.1.0"))
    assert faults(validators, version, event) == []
    bare = json.loads(ocsf.line(recorded(Entry(fact=fact)), version="0.1.0"))
    assert faults(validators, version, bare) == []


@pytest.mark.parametrize("fact", Fact)
def test_the_activity_is_one_that_its_class_has(validators: Validators, fact: Fact) -> None:
    kind, activity = ocsf.EVENTS[fact]
    schema: Any = validators[ocsf.VERSION][kind.uid].schema
    known = schema["properties"]
    assert activity in known["activity_id"]["enum"]
    assert kind.uid * 100 + activity in known["type_uid"]["enum"]


def test_an_event_that_is_none_is_told(validators: Validators) -> None:
    event = json.loads(ocsf.line(recorded(EXAMPLES[Fact.CALL]), version="0.1.0"))
    assert faults(validators, ocsf.VERSION, event | {"invented": 1})
    assert faults(validators, ocsf.VERSION, {key: value for key, value in event.items() if key != "actor"})
    assert faults(validators, ocsf.VERSION, event | {"severity_id": 17})
