"""The skills of docs/examples, as they stand there but for the name of a host: mounted, called, and their secrets looked for everywhere."""

from __future__ import annotations

import asyncio
import hmac
import json
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml

from skillpod.cli.portrait import sections
from skillpod.errors import ToolRaised
from skillpod.journal.replay import read
from skillpod.model.entry import Entry, Fact
from tests.scenarios.stage import Stage, running
from tests.skills.shipped import EXAMPLES
from tests.support.certificates import localhost
from tests.support.web import web_server

TOKEN = "ghp_0123456789abcdefTHISisNEVERshown"
KEY = "a-key-that-is-shared-with-nobody-else"
POLICY = """
policy: 1
name: default
rules:
  - id: examples
    match: {tier: system, verdict: review, permissions: [volumes, network, secrets, environment, programs]}
    outcome: allow
    grant: {volumes: asked, network: asked, secrets: asked, environment: asked, programs: asked}
    reason: The tests run them against servers of their own.
...
"""


class _Answers(BaseHTTPRequestHandler):
    """What the servers that the examples know would say, and every request that came."""

    came: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        question = json.loads(self._body())
        is_known = question["package"] == {"name": "jinja2", "ecosystem": "PyPI"}
        self._say(200, {"vulns": [{"id": "GHSA-1", "summary": "Bad.", "aliases": ["CVE-1"]}]} if is_known else {})

    def do_GET(self) -> None:
        self._body()
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(404, {"message": "Not Found"})
        else:
            self._say(200, [{"number": 7, "title": f"Echoed {self.headers['Authorization']}", "labels": [{"name": "bug"}]}])

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.came.append((self.path, dict(self.headers.items()), body))
        return body

    def _say(self, status: int, value: object) -> None:
        said = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody reads it."""


class Server:
    """A real HTTPS server of this machine; ``authority`` is the file of who vouches for it."""

    def __init__(self, port: int, authority: Path, came: list[tuple[str, dict[str, str], bytes]]) -> None:
        self.port = port
        self.authority = authority
        self.came = came


@contextmanager
def https(directory: Path) -> Iterator[Server]:
    context, authority = localhost(directory)
    came: list[tuple[str, dict[str, str], bytes]] = []
    with web_server(context, type("Answers", (_Answers,), {"came": came})) as port:
        yield Server(port, authority, came)


def take(name: str, skills: Path, *, host: str = "", port: int = 0) -> None:
    """Copy an example; what it says of ``host`` it says of this machine's ``port``."""
    shutil.copytree(EXAMPLES / name, skills / name, ignore=shutil.ignore_patterns("__pycache__"))
    if host:
        handler, manifest = skills / name / "handler.py", skills / name / "manifest.yaml"
        handler.write_text(handler.read_text().replace(f"https://{host}", f"https://localhost:{port}"))
        said = yaml.safe_load(manifest.read_text())
        said["permissions"]["network"] = [{"host": "localhost", "ports": [port], "addresses": "private"}]
        manifest.write_text(yaml.safe_dump(said))


def act(tmp_path: Path, config: dict[str, Any], scenario: Callable[[Stage], Awaitable[None]]) -> None:
    home, policies = tmp_path / "home", tmp_path / "policies"
    home.mkdir(mode=0o700)
    policies.mkdir()
    (policies / "default.yaml").write_text(POLICY)
    (home / "pod.yaml").write_text(yaml.safe_dump({"log": {"calls": "full"}, **config}))

    async def main() -> None:
        async with running(tmp_path / "skills", home, policies=policies) as stage:
            await scenario(stage)

    asyncio.run(main())


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    place = tmp_path / "skills"
    place.mkdir()
    return place


def portrait(stage: Stage, name: str) -> str:
    """What ``skillpod show`` prints."""
    return "\n".join("".join(span if isinstance(span, str) else span[0] for span in line) for line in sections(stage.pod.show(name)))


def kept(home: Path) -> bytes:
    """Every byte of HOME."""
    return b"\n".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def calls(home: Path) -> list[Entry]:
    return [recorded.entry for recorded in read(home / "journal") if recorded.entry.fact is Fact.CALL]


def test_an_api_client_of_the_standard_library_reaches_its_host_and_the_log_says_so(tmp_path: Path, skills: Path) -> None:
    with https(tmp_path) as server:
        take("advisory_feed", skills, host="api.osv.dev", port=server.port)

        async def scenario(stage: Stage) -> None:
            found = await stage.pod.call("advisory_feed__advisories", {"package": "jinja2", "version": "2.4.1"})
            assert found == [{"id": "GHSA-1", "summary": "Bad.", "aliases": ["CVE-1"]}]
            assert await stage.pod.call("advisory_feed__advisories", {"package": "left-pad", "version": "1.3.0", "ecosystem": "npm"}) == []
            assert f"reached   localhost:{server.port}: 2 connections, " in portrait(stage, "advisory_feed")

        act(tmp_path, {"network": {"authorities": str(server.authority)}}, scenario)
        assert [json.loads(body)["version"] for _, _, body in server.came] == ["2.4.1", "1.3.0"]
    for call in (found := calls(tmp_path / "home")):
        ((place, traffic),) = call.usage["reach"]["network"].items()
        assert (place, traffic["connections"]) == (f"localhost:{server.port}", 1)
        assert min(traffic["sent"], traffic["received"]) > 100
    assert len(found) == 2


def test_a_bound_secret_is_on_the_request_and_nowhere_else(tmp_path: Path, skills: Path) -> None:
    with https(tmp_path) as server:
        take("issue_tracker", skills, host="api.github.com", port=server.port)
        source = tmp_path / "token"
        source.write_text(f"{TOKEN}\n")
        source.chmod(0o600)
        bind = {"host": "localhost", "ports": [server.port], "header": "Authorization", "format": "Bearer {}"}
        config = {"network": {"authorities": str(server.authority)}, "secrets": {"GITHUB_TOKEN": {"file": str(source), "bind": bind}}}

        async def scenario(stage: Stage) -> None:
            (issue,) = await stage.pod.call("issue_tracker__issues", {"owner": "ann", "repository": "thing"})
            assert issue["number"] == 7
            assert TOKEN not in json.dumps(issue)  # the server says back what it was sent
            source.write_text("another\n")  # rotated, with no remount
            with pytest.raises(ToolRaised, match="no repository ann/thing"):
                await stage.pod.call("issue_tracker__issues", {"owner": "ann", "repository": "thing"})
            assert stage.skill("issue_tracker")["generation"] == 1
            assert "reached   GITHUB_TOKEN\n" in portrait(stage, "issue_tracker")

        act(tmp_path, config, scenario)
        assert [headers["Authorization"] for _, headers, _ in server.came] == [f"Bearer {TOKEN}", "Bearer another"]
    assert TOKEN.encode() not in kept(tmp_path / "home")
    assert [call.usage["reach"]["secrets"] for call in calls(tmp_path / "home")] == [["GITHUB_TOKEN"]] * 2


def test_a_secret_is_used_and_never_shows(tmp_path: Path, skills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take("webhook_signer", skills)
    monkeypatch.setenv("SIGNING", KEY)
    body = '{"state": "done"}'

    async def scenario(stage: Stage) -> None:
        signature = await stage.pod.call("webhook_signer__sign", {"body": body})
        assert signature == "sha256=" + hmac.digest(KEY.encode(), body.encode(), "sha256").hex()
        assert await stage.pod.call("webhook_signer__check", {"body": body, "signature": signature}) is True
        assert await stage.pod.call("webhook_signer__check", {"body": body + " ", "signature": signature}) is False

    act(tmp_path, {"secrets": {"WEBHOOK_KEY": {"environment": "SIGNING"}}}, scenario)
    assert KEY.encode() not in kept(tmp_path / "home")
