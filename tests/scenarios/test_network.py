"""A skill with a grant of the network in a pod: a TLS server of the tests, the operator's own authority, and what the log keeps of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillpod.blocking import Blocking
from skillpod.errors import ToolRaised
from skillpod.journal.replay import read
from skillpod.manager import SkillManager
from skillpod.model.entry import Entry, Fact
from tests.support.certificates import localhost
from tests.support.skills import write_skill
from tests.support.web import web_server

HANDLER = """\
import urllib.request

from skillpod import tool


@tool
def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()
"""
POLICY = {
    "policy": 1,
    "name": "reaching",
    "rules": [
        {
            "id": "reach",
            "match": {"tier": "network", "verdict": "review", "permissions": ["network"]},
            "unsigned": "accepted",
            "outcome": "allow",
            "grant": {"network": "asked"},
            "reason": "It is tried here.",
        }
    ],
}


def test_a_skill_reaches_what_it_was_granted_and_the_log_says_what(skills: Path, home: Path, tmp_path: Path) -> None:
    context, authority = localhost(tmp_path)
    policies = tmp_path / "policies"
    policies.mkdir()
    (policies / "reaching.yaml").write_text(json.dumps(POLICY))
    home.mkdir(mode=0o700)
    (home / "pod.yaml").write_text(json.dumps({"network": {"authorities": str(authority)}}))
    with web_server(context) as port:
        asked = {"network": [{"host": "localhost", "ports": [port], "addresses": "private"}]}
        write_skill(skills, "client", handler=HANDLER, manifest={"tier": "network", "permissions": asked})
        with SkillManager.blocking(skills, home=home, policies=policies, policy="reaching") as pod:
            pod.settled()
            assert pod.show("client")["error"] is None
            assert pod.call("client__fetch", {"url": f"https://localhost:{port}/"}) == "hello"
            _refuse(pod, port)
    reached, refused = [entry.usage["reach"]["network"] for entry in _entries(home, Fact.CALL)]
    assert reached[f"localhost:{port}"].keys() == {"connections", "sent", "received"}
    assert refused == {f"127.0.0.1:{port}": {"refused": 1}}
    attempted = [(entry.details["by"], entry.details["act"], entry.details["target"]) for entry in _entries(home, Fact.ATTEMPTED)]
    assert attempted == [("broker", "connect", f"127.0.0.1:{port}")]


def _refuse(pod: Blocking, port: int) -> None:
    with pytest.raises(ToolRaised, match=rf"127\.0\.0\.1:{port} was not granted"):
        pod.call("client__fetch", {"url": f"https://127.0.0.1:{port}/"})


def _entries(home: Path, fact: Fact) -> list[Entry]:
    return [recorded.entry for recorded in read(home / "journal") if recorded.entry.fact is fact]
