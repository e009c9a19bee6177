"""``ctx.fetch`` behind the real walls, to real servers: where it goes, what it carries, and what a skill sees of a bound secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import DeadlineExceeded, GuestDied, SkillpodError, ToolRaised
from skillpod.model.capability import NetworkAsk, Permissions
from skillpod.model.command import OWNER
from skillpod.model.guest import Attempt, Reply, charged
from skillpod.model.manifest import Limits
from skillpod.model.secret import Bound, Kept, SecretSource
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.network.fetch import MOST_BODY
from skillpod.sandbox.secrets import Secrets
from tests.support.guests import launch
from tests.support.jailed import jailed, sandbox
from tests.support.remembering import Web, serving

VALUE = "hunter2-of-the-tests"
HANDLER = """
import asyncio, json, os
from skillpod import Context, FetchError, tool

@tool
def get(url: str, options: dict, ctx: Context) -> dict:
    try:
        response = ctx.fetch(url, **options)
    except FetchError as fault:
        return {"error": str(fault)}
    return {"status": response.status, "headers": dict(response.headers), "text": response.text(), "url": response.url}

@tool
async def later(url: str, ctx: Context) -> int:
    return (await asyncio.to_thread(ctx.fetch, url)).status

@tool
def asks(url: str, ctx: Context) -> None:
    for number in range(300):
        try:
            ctx.fetch(url.format(number))
        except FetchError:
            pass

@tool
def raising(url: str, ctx: Context) -> int:
    return ctx.fetch(url).json()["no"]
"""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving(tmp_path) as one:
        yield one


@pytest.fixture
def plain() -> Iterator[Web]:
    with serving() as one:
        yield one


def grants(*webs: Web, host: str = "localhost", secrets: tuple[str, ...] = ()) -> Permissions:
    asks = frozenset(NetworkAsk(host, (web.port,), "private") for web in webs)
    return Permissions(network=asks, secrets=frozenset(secrets))


def kept(token: Path, **bounds: Bound) -> Secrets:
    token.write_text(VALUE)
    sources = {name: SecretSource(kept=Kept.FILE, place=(str(token),), bound=bound) for name, bound in bounds.items()}
    return Secrets(lambda: sources)


def called(
    asks: Permissions, *urls: str, tool: str = "get", options: Mapping[str, Any] | None = None, limits: Limits | None = None, **made: Any
) -> list[Reply]:
    """What a call for each URL gave."""

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> list[Reply]:
        more = {"options": dict(options or {})} if tool == "get" else {}
        return [await guests.call(tool, {"url": url, **more}, OWNER) for url in urls]

    found: list[Reply] = jailed(launch(HANDLER, grants=asks, limits=limits or Limits(wall=10.0)), act, **made)
    return found


def got(asks: Permissions, url: str, options: Mapping[str, Any] | None = None, **made: Any) -> dict[str, Any]:
    value: dict[str, Any] = called(asks, url, options=options, **made)[0].value
    return value


# --- where it goes ---------------------------------------------------------------------------------------------------------------


def test_a_granted_host_is_asked_over_tls_and_what_passed_is_counted(web: Web) -> None:
    (reply,) = called(grants(web), f"https://localhost:{web.port}/echo?a=b%20c", authorities=web.authority)
    assert reply.value["status"] == 200
    method, path, headers, body = web.asked[0]
    assert (method, path, body) == ("GET", "/echo?a=b%20c", b"")
    assert headers == {
        "host": f"localhost:{web.port}",
        "accept-encoding": "identity",
        "connection": "close",
        "user-agent": "skillpod",
    }
    traffic = reply.usage.reach.network[f"localhost:{web.port}"]
    assert (traffic.connections, traffic.refused) == (1, 0)
    assert traffic.sent > 100 < traffic.received


def test_method_headers_and_body_are_the_skills(web: Web) -> None:
    options = {"method": "put", "headers": {"X-One": "1", "User-Agent": "me"}, "body": "grüße"}
    got(grants(web), f"https://localhost:{web.port}/echo", options, authorities=web.authority)
    method, _, headers, body = web.asked[0]
    assert (method, body.decode()) == ("PUT", "grüße")
    assert (headers["x-one"], headers["user-agent"], headers["content-length"]) == ("1", "me", "7")


def test_any_status_is_an_answer_and_its_text_is_read_as_it_says(web: Web) -> None:
    answer = got(grants(web), f"https://localhost:{web.port}/nowhere", authorities=web.authority)
    assert (answer["status"], answer["text"]) == (404, "nicht gefünden")


def test_an_async_tool_asks_in_a_thread(web: Web) -> None:
    (reply,) = called(grants(web), f"https://localhost:{web.port}/echo", tool="later", authorities=web.authority)
    assert reply.value == 200


def test_a_server_that_nobody_vouches_for_is_not_trusted(web: Web) -> None:
    error = got(grants(web), f"https://localhost:{web.port}/echo")["error"]
    assert error.startswith("localhost is not trusted: ")
    assert not web.asked


def test_a_certificate_for_another_name_is_not_trusted(web: Web) -> None:
    error = got(grants(web, host="127.0.0.1"), f"https://127.0.0.1:{web.port}/echo", authorities=web.authority)["error"]
    assert "127.0.0.1 is not trusted" in error
    assert not web.asked


def test_another_host_or_port_is_refused_counted_and_told(web: Web, plain: Web) -> None:
    attempts: list[Attempt] = []

    async def once() -> Reply:
        async with sandbox() as jail:
            guests = jail.open(launch(HANDLER, grants=grants(web)), on_death=lambda _: None, watch=attempts.append)
            try:
                return await guests.call("get", {"url": f"http://localhost:{plain.port}/echo", "options": {}}, OWNER)
            finally:
                await guests.close()

    reply = asyncio.run(once())
    place = f"localhost:{plain.port}"
    assert f"{place} was not granted" in reply.value["error"]
    assert reply.usage.reach.as_dict() == {"network": {place: {"refused": 1}}}
    assert [(attempt.by.value, attempt.target) for attempt in attempts] == [("broker", place)]
    assert not plain.asked


def test_where_one_address_does_not_answer_the_next_is_asked(plain: Web) -> None:
    asks = Permissions(network=frozenset({NetworkAsk("api.example.com", (plain.port,), "private")}))
    url = f"http://api.example.com:{plain.port}/echo"
    (reply,) = called(asks, url, lookup=lambda name: ["127.0.0.2", "127.0.0.1"])
    assert reply.value["status"] == 200
    assert plain.headers("host") == [f"api.example.com:{plain.port}"]
    assert reply.usage.reach.network[f"api.example.com:{plain.port}"].connections == 2
    error = got(asks, url, lookup=lambda name: ["127.0.0.2"])["error"]
    assert error == "api.example.com: Connection refused"


def test_without_a_grant_there_is_no_request(web: Web) -> None:
    assert "was not granted" in got(Permissions(), f"https://localhost:{web.port}/echo", authorities=web.authority)["error"]
    assert not web.asked


def test_a_name_that_leads_to_this_machine_is_granted_only_where_that_was_said(plain: Web) -> None:
    public = Permissions(network=frozenset({NetworkAsk("localhost", (plain.port,))}))
    assert "addresses: private" in got(public, f"http://localhost:{plain.port}/echo")["error"]
    assert not plain.asked


# --- redirects -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "method", "further"), [(302, "POST", "GET"), (307, "POST", "POST"), (303, "DELETE", "GET")])
def test_a_redirect_is_followed_as_its_status_says(plain: Web, status: int, method: str, further: str) -> None:
    plain.redirects["/from"] = (status, "/echo?on")
    answer = got(grants(plain), f"http://localhost:{plain.port}/from", {"method": method, "body": "data"})
    assert answer["url"] == f"http://localhost:{plain.port}/echo?on"
    assert [asked[0] for asked in plain.asked] == [method, further]
    assert plain.asked[1][3] == (b"data" if further == method else b"")


def test_each_redirect_is_held_against_the_grants(web: Web, plain: Web) -> None:
    web.redirects["/from"] = (302, f"https://localhost:{plain.port}/echo")
    error = got(grants(web), f"https://localhost:{web.port}/from", authorities=web.authority)["error"]
    assert f"localhost:{plain.port} was not granted" in error
    assert not plain.asked


def test_a_redirect_never_leaves_encryption(web: Web, plain: Web) -> None:
    web.redirects["/from"] = (302, f"http://localhost:{plain.port}/echo")
    error = got(grants(web, plain), f"https://localhost:{web.port}/from", authorities=web.authority)["error"]
    assert "without encryption" in error
    assert not plain.asked


def test_redirects_end_somewhere(plain: Web) -> None:
    plain.redirects["/from"] = (302, "/from")
    assert "more than 5 redirects" in got(grants(plain), f"http://localhost:{plain.port}/from")["error"]
    assert len(plain.asked) == 6


def test_what_shows_who_asks_stays_with_the_host_it_was_meant_for(plain: Web, tmp_path: Path) -> None:
    with serving() as other:
        plain.redirects["/from"] = (302, f"http://localhost:{other.port}/echo")
        headers = {"Authorization": "Bearer mine", "Cookie": "a=b", "X-Other": "1"}
        got(grants(plain, other), f"http://localhost:{plain.port}/from", {"headers": headers})
        assert plain.headers("authorization") == ["Bearer mine"]
        assert [other.headers(name) for name in ("authorization", "cookie", "x-other")] == [[""], [""], ["1"]]


# --- what is no request ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "options", "why"),
    [
        ("/echo", {}, "https://"),
        ("ftp://localhost/", {}, "https://"),
        ("file:///etc/passwd", {}, "https://"),
        ("http://me:pw@localhost:PORT/echo", {}, "no name and password"),
        ("http://localhost:PORT/a b", {}, "without spaces"),
        ("http://localhost:PORT/\r\nX: y", {}, "without spaces"),
        ("http://localhost:99999/", {}, "https://"),
        ("http://localhost:PORT/echo", {"method": "CONNECT"}, "neither CONNECT nor TRACE"),
        ("http://localhost:PORT/echo", {"method": "GET / HTTP/1.1\r\nX: y\r\n"}, "a method such as GET"),
        ("http://localhost:PORT/echo", {"headers": {"X": "a\r\nHost: other"}}, "in one line"),
        ("http://localhost:PORT/echo", {"headers": {"X\r\nHost": "other"}}, "no name of a header"),
        ("http://localhost:PORT/echo", {"headers": {"Host": "other"}}, "the host's to say"),
        ("http://localhost:PORT/echo", {"headers": {"transfer-ENCODING": "chunked"}}, "the host's to say"),
        ("http://localhost:PORT/echo", {"headers": {"Content-Length": "0"}}, "the host's to say"),
        ("http://localhost:PORT/echo", {"headers": {"Proxy-Authorization": "x"}}, "the host's to say"),
        ("http://localhost:PORT/echo", {"headers": {"x-a": "1", "X-A": "2"}}, "there twice"),
        ("http://localhost:PORT/echo", {"timeout": -1}, "seconds above 0"),
    ],
)
def test_what_is_no_request_is_refused_before_anything_is_sent(plain: Web, url: str, options: dict[str, Any], why: str) -> None:
    error = got(grants(plain), url.replace("PORT", str(plain.port)), options)["error"]
    assert why in error
    assert not plain.asked


def test_an_answer_may_be_so_large_and_no_larger(plain: Web) -> None:
    base = f"http://localhost:{plain.port}/large"
    limits = Limits(wall=10.0, output=16 * 1024 * 1024)
    fits, too_large = called(grants(plain), f"{base}/{MOST_BODY}", f"{base}/{MOST_BODY + 1}", limits=limits)
    assert len(fits.value["text"]) == MOST_BODY
    assert too_large.value["error"] == f"localhost answered with more than {MOST_BODY} bytes"


def test_what_passes_without_tls_is_counted_too(plain: Web) -> None:
    (reply,) = called(grants(plain), f"http://localhost:{plain.port}/large/5000")
    traffic = reply.usage.reach.network[f"localhost:{plain.port}"]
    assert traffic.sent > 50
    assert traffic.received > 5000


def test_an_answer_that_breaks_off_is_none(plain: Web) -> None:
    error = got(grants(plain), f"http://localhost:{plain.port}/broken")["error"]
    assert error == "localhost closed the connection 96 bytes before the end of its answer"


@pytest.mark.parametrize("path", ["endless/interim", "endless/chunks"])
def test_what_comes_beside_a_body_is_held_to_the_limit(plain: Web, path: str) -> None:
    error = got(grants(plain), f"http://localhost:{plain.port}/{path}", limits=Limits(wall=10.0, traffic=100_000))["error"]
    assert "limits.traffic allows 100000" in error


def test_what_a_request_carries_is_charged_though_the_call_ends_before_it(plain: Web) -> None:
    url, body = f"http://localhost:{plain.port}/slow", {"body": "x" * 100_000}
    with pytest.raises(DeadlineExceeded) as raised:
        got(grants(plain), url, body, limits=Limits(wall=1.0))
    usage = charged(raised.value)
    assert usage is not None
    assert usage.reach.network[f"localhost:{plain.port}"].sent > 100_000


def test_a_call_that_asks_for_hosts_without_end_names_a_few(plain: Web) -> None:
    (reply,) = called(grants(plain), "http://{}.example/", tool="asks")
    network = reply.usage.reach.network
    assert len(network) == 65
    assert sum(traffic.refused for traffic in network.values()) == 300


def test_one_call_carries_no_more_than_its_limit(plain: Web) -> None:
    limits = Limits(wall=10.0, traffic=100_000)
    assert "more than" in got(grants(plain), f"http://localhost:{plain.port}/large/200000", limits=limits)["error"]


def test_a_redirect_to_what_is_no_address_is_told_as_the_servers_doing(plain: Web) -> None:
    for place in ("file:///etc/passwd", "http://[::1/", "http://me:pw@localhost/"):
        plain.redirects["/from"] = (302, place)
        error = got(grants(plain), f"http://localhost:{plain.port}/from")["error"]
        assert error == "localhost sends the request on to what is no address of http or https: that is not followed"


# --- time ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["slow", "drip"])
def test_a_server_that_takes_too_long_is_left(plain: Web, path: str) -> None:
    error = got(grants(plain), f"http://localhost:{plain.port}/{path}", {"timeout": 0.3})["error"]
    assert error == f"localhost:{plain.port} did not answer within 0.3 s"
    assert plain.left.wait(10.0)


def test_when_its_caller_goes_the_connection_does(plain: Web) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        call = asyncio.create_task(guests.call("get", {"url": f"http://localhost:{plain.port}/slow", "options": {}}, OWNER))
        assert await asyncio.to_thread(plain.waiting.wait, 10.0)
        call.cancel()
        with pytest.raises((asyncio.CancelledError, GuestDied)):
            await call
        assert await asyncio.to_thread(plain.left.wait, 10.0)

    jailed(launch(HANDLER, grants=grants(plain)), act)


# --- bound secrets ---------------------------------------------------------------------------------------------------------------


def bound(web: Web, **said: Any) -> Bound:
    return Bound(host="localhost", ports=(web.port,), **said)


def test_a_bound_secret_goes_to_its_host_and_the_skill_never_sees_it(web: Web, tmp_path: Path) -> None:
    secrets = kept(tmp_path / "token", TOKEN=bound(web))
    (reply,) = called(grants(web, secrets=("TOKEN",)), f"https://localhost:{web.port}/echo", authorities=web.authority, secrets=secrets)
    assert web.headers("authorization") == [f"Bearer {VALUE}"]
    said = json.dumps(reply.value)
    assert VALUE not in said
    assert reply.value["headers"]["x-echo"] == "Bearer [secret TOKEN]"
    assert "[secret TOKEN]" in reply.value["headers"]["x-encoded"]
    assert json.loads(reply.value["text"])["headers"]["authorization"] == "Bearer [secret TOKEN]"
    assert reply.usage.reach.secrets == {"TOKEN"}


def test_its_form_is_what_the_operator_says_and_rotation_needs_nothing(plain: Web, tmp_path: Path) -> None:
    secrets = kept(tmp_path / "token", TOKEN=bound(plain, header="X-Api-Key", format="key={};", scheme="http"))

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> None:
        for text in (VALUE, "another"):
            (tmp_path / "token").write_text(text)
            await guests.call("get", {"url": f"http://localhost:{plain.port}/echo", "options": {}}, OWNER)

    jailed(launch(HANDLER, grants=grants(plain, secrets=("TOKEN",))), act, secrets=secrets)
    assert plain.headers("x-api-key") == [f"key={VALUE};", "key=another;"]


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_it_goes_to_no_other_place(web: Web, plain: Web, tmp_path: Path, scheme: str) -> None:
    """Neither to another port of its host, nor over another scheme, nor for a skill that was not granted it, nor after a redirect."""
    where, other = (web, plain) if scheme == "https" else (plain, web)
    secrets = kept(tmp_path / "token", TOKEN=bound(where, scheme=scheme), OTHER=bound(other, scheme=scheme))
    plain.redirects["/from"] = (302, f"https://localhost:{web.port}/echo")
    asks = grants(web, plain, secrets=("TOKEN",))
    urls = (f"http://localhost:{plain.port}/echo", f"http://localhost:{plain.port}/from", f"https://localhost:{web.port}/echo")
    called(asks, *urls, authorities=web.authority, secrets=secrets)
    here, there = where.headers("authorization"), other.headers("authorization")
    assert set(here) == {f"Bearer {VALUE}"}
    assert set(there) == {""}


def test_its_header_is_no_longer_the_skills(plain: Web, tmp_path: Path) -> None:
    secrets = kept(tmp_path / "token", TOKEN=bound(plain, scheme="http"))
    options = {"headers": {"authorization": "Bearer guess"}}
    error = got(grants(plain, secrets=("TOKEN",)), f"http://localhost:{plain.port}/echo", options, secrets=secrets)["error"]
    assert "it carries the secret TOKEN" in error
    assert not plain.asked


def test_a_redirect_to_an_address_with_the_secret_in_it_is_not_followed(plain: Web, tmp_path: Path) -> None:
    secrets = kept(tmp_path / "token", TOKEN=bound(plain, scheme="http"))
    plain.redirects["/from"] = (302, f"http://{VALUE}.example.com/")
    error = got(grants(plain, secrets=("TOKEN",)), f"http://localhost:{plain.port}/from", secrets=secrets)["error"]
    assert "has a secret in it" in error
    assert VALUE not in error


@pytest.mark.parametrize("value", ["two\nlines", "umläut"])
def test_what_no_header_takes_is_told_without_it(plain: Web, tmp_path: Path, value: str) -> None:
    secrets = kept(tmp_path / "token", TOKEN=bound(plain, scheme="http"))
    (tmp_path / "token").write_text(value)
    error = got(grants(plain, secrets=("TOKEN",)), f"http://localhost:{plain.port}/echo", secrets=secrets)["error"]
    assert "characters that no header takes" in error
    assert value not in error
    assert not plain.asked


def test_no_error_of_a_tool_says_it(plain: Web, tmp_path: Path) -> None:
    secrets = kept(tmp_path / "token", TOKEN=bound(plain, scheme="http"))
    with pytest.raises(ToolRaised) as raised:
        called(grants(plain, secrets=("TOKEN",)), f"http://localhost:{plain.port}/echo", tool="raising", secrets=secrets)
    assert VALUE not in str(raised.value) + raised.value.traceback
