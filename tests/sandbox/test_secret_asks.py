"""``ctx.secret`` behind the real walls: who is handed what, and that what a guest says of it is heard without it."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import SecretUnusable, SkillpodError, ToolRaised, WireBroken
from skillpod.model.capability import Lifetime, Permissions
from skillpod.model.command import OWNER
from skillpod.model.guest import Act, Attempt, Hear, LogLine, Progress, Reply, Source, unheard
from skillpod.model.manifest import GuestCount
from skillpod.model.secret import Bound, Kept, SecretSource
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.secrets import Secrets
from tests.support.guests import launch
from tests.support.jailed import jailed
from tests.support.volumes import common_ground, volume

VALUE = "hunter2-of-the-tests"
GRANTS = Permissions(secrets=frozenset({"TOKEN"}))
HEAD = """
import asyncio, base64, json, logging, os, sys, threading, traceback, warnings
from skillpod import Context, tool
"""


@pytest.fixture
def kept(tmp_path: Path) -> Secrets:
    (tmp_path / "token").write_text(VALUE)
    token = SecretSource(kept=Kept.FILE, place=(str(tmp_path / "token"),))
    bound = SecretSource(kept=Kept.FILE, place=token.place, bound=Bound(host="api.example.com", ports=(443,)))
    return Secrets(lambda: {"TOKEN": token, "OTHER": token, "BOUND": bound})


def skill(body: str) -> str:
    lines = "\n    ".join(body.strip().splitlines())
    return f'{HEAD}\n\n@tool\ndef answer(ctx: Context) -> object:\n    """Do it."""\n    token = ctx.secret("TOKEN")\n    {lines}\n'


def called(
    handler: str, kept: Secrets, *, grants: Permissions = GRANTS, hear: Hear = unheard, times: int = 1, lifetime: Lifetime = Lifetime.CALL
) -> tuple[Reply | SkillpodError, Guests]:
    """What the last of so many calls gave, or ended in, and the guests."""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> tuple[Reply | SkillpodError, Guests]:
        ended: Reply | SkillpodError
        for _ in range(times):
            try:
                ended = await guests.call("answer", {}, OWNER, hear)
            except SkillpodError as fault:
                ended = fault
        await asyncio.sleep(0)
        return ended, guests

    found: tuple[Reply | SkillpodError, Guests] = jailed(launch(handler, grants=grants, lifetime=lifetime), act, secrets=kept)
    return found


def value_of(handler: str, kept: Secrets, **options: Any) -> Any:
    ended, _ = called(handler, kept, **options)
    assert isinstance(ended, Reply), ended
    return ended.value


# --- who is handed what ----------------------------------------------------------------------------------------------------------


def test_a_granted_secret_is_handed_over_and_counted_by_name(kept: Secrets) -> None:
    ended, _ = called(skill("return len(token)"), kept)
    assert isinstance(ended, Reply)
    assert ended.value == len(VALUE)
    assert ended.usage.as_dict()["reach"] == {"secrets": ["TOKEN"]}


@pytest.mark.parametrize("name", ["OTHER", "BOUND", "", "token", "TOKEN\\0", "../TOKEN"])
def test_any_other_name_is_refused_in_words_and_counts_for_nothing(kept: Secrets, name: str) -> None:
    handler = f"""{HEAD}
from skillpod import SecretError

@tool
def answer(ctx: Context) -> str:
    try:
        return ctx.secret("{name}")
    except LookupError as fault:
        assert type(fault) is SecretError
        return str(fault)
"""
    ended, _ = called(handler, kept)
    assert isinstance(ended, Reply)
    assert ended.value.startswith("the skill was granted no secret ")
    assert "it has TOKEN" in ended.value
    assert "reach" not in ended.usage.as_dict()


def test_a_name_that_was_not_granted_is_told_as_an_attempt(kept: Secrets) -> None:
    attempts: list[Attempt] = []

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        with pytest.raises(ToolRaised):
            await guests.call("answer", {}, OWNER)

    handler = skill("return ctx.secret('OTHER')")
    jailed(launch(handler, grants=GRANTS), act, secrets=kept, watch=attempts.append)
    assert [(attempt.by, attempt.act, attempt.target, attempt.tool) for attempt in attempts] == [(Source.BROKER, Act.TAKE, "OTHER", "")]


def test_a_skill_without_grants_has_none(kept: Secrets) -> None:
    ended, _ = called(skill("return token"), kept, grants=Permissions())
    assert isinstance(ended, ToolRaised)
    assert ended.exception == "SecretError"
    assert "it has none" in ended.message


def test_a_bound_secret_is_granted_and_yet_never_seen(kept: Secrets) -> None:
    ended, _ = called(skill("return 1").replace('"TOKEN"', '"BOUND"'), kept, grants=Permissions(secrets=frozenset({"BOUND"})))
    assert isinstance(ended, ToolRaised)
    assert "bound to api.example.com:443: no skill sees it" in ended.message
    assert "reach" not in ended.as_dict()


def test_no_guest_is_started_for_a_secret_without_a_source(kept: Secrets) -> None:
    with pytest.raises(SecretUnusable, match="`MISSING` has no source"):
        called(skill("return 1"), kept, grants=Permissions(secrets=frozenset({"MISSING"})))


def test_why_a_source_does_not_give_it_is_the_operators_business(kept: Secrets, tmp_path: Path) -> None:
    (tmp_path / "token").unlink()
    ended, _ = called(skill("return 1"), kept)
    assert isinstance(ended, ToolRaised)
    assert "its operator can see why" in ended.message
    assert str(tmp_path) not in json.dumps(ended.as_dict()) + ended.traceback


def test_one_that_was_rotated_is_there_at_the_next_call_of_the_same_guest(kept: Secrets, tmp_path: Path) -> None:
    lengths = []

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        for text in (VALUE, f"{VALUE}-and-more"):
            (tmp_path / "token").write_text(text)
            lengths.append((await guests.call("answer", {}, OWNER)).value)
        assert guests.census()["started"] == 1

    jailed(launch(skill("return [os.getpid(), len(token)]"), grants=GRANTS, lifetime=Lifetime.SKILL), act, secrets=kept)
    (first, short), (second, long) = lengths
    assert first == second
    assert (short, long) == (len(VALUE), len(VALUE) + 9)


def test_after_the_call_is_over_nothing_is_handed_out(kept: Secrets) -> None:
    body = """
held = getattr(sys, "held", None)
sys.held = ctx
if held is None:
    return "first"
try:
    return held.secret("TOKEN")
except LookupError as fault:
    return str(fault)
"""
    assert value_of(skill(body), kept, lifetime=Lifetime.SKILL, times=2) == "the call this Context belongs to is over"


def test_async_tools_get_it_in_a_thread(kept: Secrets) -> None:
    handler = f"""{HEAD}
@tool
async def answer(ctx: Context) -> int:
    return len(await asyncio.to_thread(ctx.secret, "TOKEN"))
"""
    assert value_of(handler, kept) == len(VALUE)


# --- where it never is -----------------------------------------------------------------------------------------------------------


def test_it_is_in_no_environment_and_no_proc(kept: Secrets) -> None:
    body = """
import ctypes
environment = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
found, at = [], 0
while (entry := environment[at]) is not None:
    found.append(entry)
    at += 1
return [any(token.encode() in entry for entry in found), os.path.exists("/proc/self")]
"""
    assert value_of(skill(body), kept) == [False, False]


RAISED = {
    "as it is": "raise ValueError(token)",
    "as a name of a type": "raise type(token, (Exception,), {})('x')",
    "in a chain": "try:\n    raise KeyError(token)\nexcept KeyError:\n    raise ValueError('x') from OSError(token)",
    "in a group": "raise ExceptionGroup('many', [ValueError(token), OSError(token)])",
    "in a note": "fault = ValueError('x')\nfault.add_note(token)\nraise fault",
    "in its repr": "class Odd(Exception):\n    def __str__(self): return 'it is ' + repr([token])\nraise Odd",
    "in base64": "raise ValueError(base64.b64encode(b'me:' + token.encode()).decode())",
    "cut by the limit of a message": "raise ValueError('x' * (4 * 1024 - 12) + token)",
    "in a key": "return {}[token]",
    "as a path": "open('/' + token)",
    "in a result that is none": "return {token: {1, 2}}",
    "in a type that is none": "return type(token, (), {})()",
    "at exit": "sys.exit(token)",
}


@pytest.mark.parametrize("body", RAISED.values(), ids=RAISED)
def test_no_error_says_it(kept: Secrets, body: str) -> None:
    ended, guests = called(skill(body), kept)
    assert isinstance(ended, SkillpodError)
    everything = json.dumps(ended.as_dict()) + str(ended) + getattr(ended, "traceback", "") + getattr(ended, "exception", "")
    _require_silence(everything + guests.output())
    plain, _ = called(skill(body.replace("token", f"{'public-' + VALUE[7:]!r}")), kept)
    assert isinstance(plain, SkillpodError)


PRINTED = {
    "at once": "print(token)",
    "in pieces": "for letter in token:\n    print(letter, end='', flush=True)",
    "in pieces to the pipe itself": "for at in range(0, len(token), 3):\n    os.write(1, token[at:at+3].encode())",
    "on both pipes": "sys.stdout.write(token)\nsys.stderr.write(token)",
    "by a warning": "warnings.warn(token)",
    "by a traceback": "try:\n    1 / 0\nexcept Exception:\n    print(token, traceback.format_exc())",
    "by the root logger": "logging.error('%s', token)",
    "by the Context's logger": "ctx.logger.warning('it is %s', token)",
    "as progress": "ctx.progress(0.5, token)",
    "by a thread that raises": "thread = threading.Thread(target={}.__getitem__, args=[token])\nthread.start()\nthread.join()",
    "in hex": "print(token.encode().hex())",
    "behind much else": "print('x' * 200_000 + token)",
}


@pytest.mark.parametrize("body", PRINTED.values(), ids=PRINTED)
def test_no_output_says_it(kept: Secrets, body: str) -> None:
    heard: list[Progress | LogLine] = []
    ended, guests = called(skill(f"{body}\nsys.stdout.flush()\nreturn 'done'"), kept, hear=heard.append)
    assert isinstance(ended, Reply)
    text = guests.output() + "".join(each.message for each in heard)
    assert "[secret TOKEN]" in text
    _require_silence(text)


def test_without_a_disclosure_the_same_words_are_printed(kept: Secrets) -> None:
    handler = f"{HEAD}\n@tool\ndef answer(ctx: Context) -> str:\n    print({VALUE!r}, flush=True)\n    return {VALUE!r}\n"
    ended, guests = called(handler, kept)
    assert isinstance(ended, Reply)
    assert ended.value == VALUE
    assert VALUE in guests.output()


@pytest.mark.parametrize("result", ["token", "{'a': ['x' + token]}", "{token: 1}", "base64.b64encode(token.encode()).decode()"])
def test_a_result_is_searched_too_for_it_goes_to_a_model(kept: Secrets, result: str) -> None:
    text = json.dumps(value_of(skill(f"return {result}"), kept))
    assert "[secret TOKEN]" in text
    _require_silence(text)


@pytest.mark.parametrize("act", ["ctx.state['a'] = token", "ctx.state[token] = 1", "ctx.state.replace({'a': [{'b': 'x' + token}]})"])
def test_state_does_not_keep_it(kept: Secrets, act: str) -> None:
    ended, _ = called(skill(f"ctx.state['a'] = 'public'\n{act}"), kept)
    assert isinstance(ended, ToolRaised)
    assert ended.exception == "StateError"
    assert "the secret TOKEN on disk" in ended.message


@pytest.mark.parametrize(
    "frame",
    [
        "{'t': 'ask', 'nonce': ctx._channel._nonce, 'id': 999, 'operation': token, 'arguments': {}}",
        "{'t': token, 'nonce': ctx._channel._nonce}",
        "{'t': 'tell', 'nonce': ctx._channel._nonce, 'operation': token, 'arguments': {}}",
    ],
)
def test_what_a_guest_writes_to_the_wire_itself_is_heard_without_it(kept: Secrets, frame: str) -> None:
    ended, guests = called(skill(f"ctx._channel._outlet.send(ctx._channel._framed({frame}))\nreturn 1"), kept)
    assert isinstance(ended, (WireBroken, Reply))
    _require_silence(str(ended) + guests.output())


def test_the_next_guest_knows_nothing_of_it(kept: Secrets) -> None:
    body = """
found = [os.path.exists("/tmp/it"), os.environ.get("TOKEN")]
open("/tmp/it", "w").write(token)
os.environ["TOKEN"] = token
return found
"""
    assert value_of(skill(body), kept, times=3) == [False, None]


def test_a_guest_that_finds_what_another_left_behind_is_heard_without_it(kept: Secrets) -> None:
    """In a directory that all of them write to; it fails while it is loaded, before it asks for anything."""
    handler = f"""{HEAD}
import pathlib
LEFT = pathlib.Path("/volumes/out/left")
if LEFT.exists():
    raise ValueError(LEFT.read_text())

@tool
def answer(ctx: Context) -> int:
    LEFT.write_text("it is " + ctx.secret("TOKEN"))
    return 1
"""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> SkillpodError:
        for _ in range(5):  # one or two were loaded before there was anything to be found
            try:
                await guests.call("answer", {}, OWNER)
            except SkillpodError as fault:
                return fault
        raise AssertionError("every guest was loaded as if nothing were there")

    with common_ground() as ground:
        (ground / "out").chmod(0o777)
        started = launch(handler, grants=GRANTS, guests=GuestCount(0, 1), volumes=(volume(ground / "out", "write", "out"),))
        error = jailed(started, act, secrets=kept)
    said = json.dumps(error.as_dict()) + str(error)
    assert "it is [secret TOKEN]" in said
    _require_silence(said)


def _require_silence(text: str) -> None:
    encoded = [base64.b64encode(lead + VALUE.encode()).decode()[4:-4] for lead in (b"", b"x", b"xy")]
    for form in (VALUE, VALUE[:12], VALUE[-12:], VALUE.encode().hex(), *encoded):
        assert form not in text
