"""The examples of skills with grants: in their authors' own pytest, and the one that is handed a secret behind the walls."""

from __future__ import annotations

import hmac
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.capability import Permissions
from skillpod.model.secret import Kept, SecretSource
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.secrets import Secrets
from skillpod.sdk import Response
from skillpod.testing import Recorder, context
from tests.support.guests import launch
from tests.support.jailed import jailed, value

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def handler(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / name / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_issues_are_asked_for_without_a_token_in_sight() -> None:
    asked: list[Mapping[str, Any]] = []

    def answer(request: Mapping[str, Any]) -> Response:
        asked.append(request)
        if "nowhere" in request["url"]:
            return Response(404, {}, b"{}", request["url"])
        issues = [{"number": 7, "title": "It leaks", "labels": [{"name": "bug"}], "body": "..."}]
        return Response(200, {}, json.dumps(issues).encode(), request["url"])

    ctx = context(recorder=Recorder(fetch=answer))
    tracker = handler("issue_tracker")
    assert tracker.issues("a/b", "c d", ctx, most=5) == [{"number": 7, "title": "It leaks", "labels": ["bug"]}]
    assert asked[0]["url"].endswith("/repos/a%2Fb/c%20d/issues?state=open&per_page=5")
    assert "authorization" not in {name.lower() for name in asked[0]["headers"]}
    with pytest.raises(ValueError, match="there is no repository a/nowhere"):
        tracker.issues("a", "nowhere", ctx)


def test_a_webhook_is_signed_in_the_jail_with_a_key_that_shows_nowhere(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a-key-of-the-tests\n")
    source = SecretSource(kept=Kept.FILE, place=(str(tmp_path / "key"),))
    text = (EXAMPLES / "webhook_signer" / "handler.py").read_text()
    started = launch(text, name="webhook_signer", grants=Permissions(secrets=frozenset({"WEBHOOK_KEY"})))

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> tuple[str, list[bool]]:
        signature = await value(guests, "sign", body="it is done")
        checks = [await value(guests, "check", body=body, signature=signature) for body in ("it is done", "it is undone")]
        return signature, checks

    signature, checks = jailed(started, act, secrets=Secrets(lambda: {"WEBHOOK_KEY": source}))
    assert signature == "sha256=" + hmac.digest(b"a-key-of-the-tests", b"it is done", "sha256").hex()
    assert checks == [True, False]
