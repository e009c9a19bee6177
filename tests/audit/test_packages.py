"""Packages a manifest locks: what may be imported from them, what is said of them, and which hosts well-known ones are called with."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

from skillpod.audit.ruleset import why_firm
from skillpod.audit.run import run
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NetworkAsk, Permissions
from skillpod.model.finding import Report
from skillpod.model.manifest import Manifest, PackageAsk, Requires

HASH = f"sha256:{'0' * 64}"
OTHER = f"sha256:{'1' * 64}"


def locked(name: str, **more: Any) -> PackageAsk:
    return PackageAsk(**{"name": name, "version": "1.0", "hashes": (HASH,), "imports": (name.replace("-", "_"),), **more})


def audited(source: str, *packages: PackageAsk, hosts: tuple[str, ...] = ()) -> Report:
    manifest = Manifest(
        name="demo",
        version="1.0.0",
        description="Of a test.",
        author="The tests",
        permissions=Permissions(network=frozenset(NetworkAsk(host, (443,)) for host in hosts)),
        requires=Requires(packages=packages),
    )
    text = f"requires: {json.dumps([ask.as_dict() for ask in packages])}\n"
    return run(Bundle.freeze({"handler.py": dedent(source).encode(), "manifest.yaml": text.encode()}), manifest)


def rules(report: Report) -> list[str]:
    return sorted(finding.rule for finding in report.findings if finding.rule[:3] not in ("PKG", "CAP"))


@pytest.mark.parametrize(
    "source",
    ["import requests", "from requests.adapters import HTTPAdapter", "import requests.auth as auth", "import requests as r; r.codes.ok"],
)
def test_what_the_lock_names_may_be_imported(source: str) -> None:
    assert rules(audited(source, locked("requests"))) == []
    assert rules(audited(source)) == ["IMP-004"]


def test_what_another_package_has_is_named_by_its_imports() -> None:
    report = audited("import yaml", locked("pyyaml"))
    (finding,) = [finding for finding in report.findings if finding.rule == "IMP-004"]
    assert "add `yaml` to the `imports`" in finding.fix
    assert rules(audited("import yaml", locked("pyyaml", imports=("yaml",)))) == []
    assert rules(audited("import urllib3", locked("requests"), locked("urllib3", imports=()))) == ["IMP-004"]


def test_a_file_of_the_skill_is_its_own_whatever_a_package_is_called() -> None:
    manifest = Manifest(name="demo", version="1", description="", author="", requires=Requires(packages=(locked("words"),)))
    bundle = Bundle.freeze({"handler.py": b"from words import system\nsystem('id')\n", "words.py": b"from os import system\n"})
    assert "IMP-001" in {finding.rule for finding in run(bundle, manifest).findings}


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("import requests\nrequests.sessions.os.system('id')", "IMP-001"),
        ("from requests.sessions import os\nos.system('id')", "IMP-001"),
        ("import requests.sessions as s\nrun = s.os.system\nrun('id')", "IMP-001"),
        ("import requests\nrequests.compat.subprocess.run(['id'])", "IMP-001"),
        ("import requests\nrequests.utils.importlib.import_module('os')", "IMP-003"),
        ("import requests\nrequests.packages.sys.modules['os'].system('id')", "IMP-003"),
    ],
)
def test_a_module_of_the_standard_library_is_itself_wherever_it_was_taken_from(source: str, rule: str) -> None:
    assert rule in rules(audited(source, locked("requests")))


@pytest.mark.parametrize(
    "source", ["import numpy\nnumpy.random.rand(3)", "import pandas\npandas.io.json.loads('1')", "import a\na.types.B"]
)
def test_names_that_packages_share_with_harmless_modules_are_no_finding(source: str) -> None:
    assert rules(audited(source, locked("numpy"), locked("pandas"), locked("a"))) == []


# --- a finding for each --------------------------------------------------------------------------------------------------------


def test_each_package_is_a_question_and_one_with_machine_code_another() -> None:
    report = audited("", locked("a"), locked("b", is_native=True))
    assert [(finding.rule, finding.message.split()[0]) for finding in report.findings if finding.rule[:3] == "PKG"] == [
        ("PKG-001", "a"),
        ("PKG-002", "b"),
    ]
    assert report.verdict.value == "review"


@pytest.mark.parametrize(
    "other", [locked("a", version="1.1"), locked("a", hashes=(OTHER,)), locked("a", hashes=(HASH, OTHER)), locked("a", is_native=True)]
)
def test_an_acceptance_is_for_these_wheels_alone(other: PackageAsk) -> None:
    (before,) = [finding for finding in audited("", locked("a")).findings if finding.rule[:3] == "PKG"]
    (after,) = [finding for finding in audited("", other).findings if finding.rule[:3] == "PKG"]
    assert before.fingerprint != after.fingerprint
    assert why_firm(before.rule) == why_firm(after.rule) == ""


# --- hosts -----------------------------------------------------------------------------------------------------------------------

CALLS = [
    "requests.get('{}')",
    "requests.post(url='{}', json={{}})",
    "requests.request('GET', '{}')",
    "httpx.get('{}')",
    "httpx.stream('GET', '{}')",
    "aiohttp.request('GET', url='{}')",
    "urllib3.request('GET', '{}')",
]
IMPORT = "import requests, httpx, aiohttp, urllib3\n"
CLIENTS = tuple(map(locked, ("requests", "httpx", "aiohttp", "urllib3")))


@pytest.mark.parametrize("call", CALLS)
def test_a_host_that_is_written_there_is_compared_with_what_is_asked(call: str) -> None:
    source = IMPORT + call.format("https://api.example.com/v1")
    within = audited(source, *CLIENTS, hosts=("api.example.com",))
    assert [(use.kind, use.resource) for use in within.capabilities] == [("network", "api.example.com:443")]
    assert {finding.rule for finding in within.findings if finding.rule[:3] == "CAP"} == {"CAP-002"}
    outside = audited(source, *CLIENTS, hosts=("other.example.com",))
    assert "CAP-001" in {finding.rule for finding in outside.findings}
    assert "CAP-001" in {finding.rule for finding in audited(source, *CLIENTS).findings}


@pytest.mark.parametrize(
    "made", ["requests.Session()", "httpx.AsyncClient()", "aiohttp.ClientSession()", "urllib3.PoolManager()", "requests.get(x)"]
)
def test_a_client_reaches_a_host_that_only_running_tells(made: str) -> None:
    report = audited(f"{IMPORT}def f(x):\n    return {made}", *CLIENTS, hosts=("api.example.com",))
    assert [(use.kind, use.resource) for use in report.capabilities] == [("network", "*")]
    assert "CAP-008" in {finding.rule for finding in report.findings}
    assert "CAP-001" in {finding.rule for finding in audited(f"{IMPORT}def f(x):\n    return {made}", *CLIENTS).findings}


@pytest.mark.parametrize(
    "source", ["requests.codes.ok", "requests.exceptions.HTTPError", "httpx.URL('https://a.example')", "urllib3.Retry(3)"]
)
def test_what_reaches_nothing_by_itself_is_no_use(source: str) -> None:
    report = audited(IMPORT + source, *CLIENTS)
    assert (report.capabilities, [finding.rule for finding in report.findings if finding.rule[:3] == "CAP"]) == ((), [])
