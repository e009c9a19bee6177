"""Guests that reach hosts by leave: the standard library, unmodified, against a real server; what is refused and how it reads."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from skillpod.errors import LimitExceeded, PathUnusable, SkillpodError, ToolRaised, WireBroken
from skillpod.model.capability import Lifetime, NetworkAsk, Permissions
from skillpod.model.command import OWNER
from skillpod.model.guest import Act, Attempt, Launch, Source
from skillpod.model.manifest import MIB, GuestCount, Limits
from skillpod.model.reach import Reach, Traffic
from skillpod.ports import Guests
from tests.escapes.stage import interpreter_is_closed
from tests.support.certificates import certified
from tests.support.guests import launch
from tests.support.jailed import jailed, value
from tests.support.web import web_server

NAMES = ("home.example", "other.home.example")
LIMITS = Limits(wall=20.0, cpu=10.0)
HANDLER = """
    import asyncio, errno, gc, http.client, os, socket, ssl, threading, time, urllib.request
    from skillpod import tool

    kept = []

    def read(sock, size):
        got = b""
        while len(got) < size:
            got += sock.recv(size - len(got))
        return got

    def said(action, *given, **more):
        try:
            return "did " + repr(action(*given, **more))
        except BaseException as fault:
            return f"{type(fault).__name__} {fault}"

    async def exchanged(host, port, tls):
        reader, writer = await asyncio.open_connection(host, port, ssl=tls or None)
        writer.writelines([b"GET / HTTP/1.1\\r\\n", b"host: x\\r\\nconnection: close\\r\\n\\r\\n"])
        await writer.drain()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer.rpartition(b"\\r\\n")[2].decode()

    @tool
    def run(code: str, port: int = 0, tls: int = 0) -> str:
        scope = {**globals(), "port": port, "tls": tls}
        *lines, last = code.strip().splitlines()
        exec("\\n".join(lines), scope)
        return str(eval(last, scope))
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certified(tmp_path_factory.mktemp("authority"), *NAMES)


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    with web_server() as port:
        yield port


@pytest.fixture(scope="module")
def tls(authority: tuple[ssl.SSLContext, Path]) -> Iterator[int]:
    with web_server(authority[0]) as port:
        yield port


def to_this_machine(name: str) -> Sequence[str]:
    return ("127.0.0.1",)


def reaching(*asks: NetworkAsk, limits: Limits = LIMITS, **more: Any) -> Launch:
    return launch(HANDLER, grants=Permissions(network=frozenset(asks)), limits=limits, **more)


def private(host: str, *ports: int) -> NetworkAsk:
    return NetworkAsk(host, ports, "private")


def ran(
    code: str,
    ask: NetworkAsk,
    *,
    port: int = 0,
    tls: int = 0,
    heard: list[Attempt] | None = None,
    lookup: Any = to_this_machine,
    authorities: str = "",
    limits: Limits = LIMITS,
) -> tuple[str, Reach]:
    """What the last line of the code is in a guest with this grant, and what the call reached."""
    attempts = [] if heard is None else heard

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        reply = await guests.call("run", {"code": code, "port": port, "tls": tls}, OWNER)
        return reply.value, reply.usage.reach

    found: tuple[str, Reach] = jailed(reaching(ask, limits=limits), act, watch=attempts.append, lookup=lookup, authorities=authorities)
    return found


# --- what works -------------------------------------------------------------------------------------------------------------------

PLAIN_WAYS = {
    "urllib.request": "urllib.request.urlopen(f'http://home.example:{port}/').read().decode()",
    "http.client": """
c = http.client.HTTPConnection("home.example", port)
c.request("POST", "/", body=b"posted" * 1000)
c.getresponse().read().decode() == "posted" * 1000 and "hello"
""",
    "asyncio": "asyncio.run(exchanged('home.example', port, False))",
    "create_connection": """
s = socket.create_connection(("home.example", port), timeout=5)
s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
s.makefile("rb").read().rpartition(b"\\r\\n")[2].decode()
""",
    "a socket without a timeout": """
s = socket.socket()
s.connect(("home.example", port))
s.sendmsg([b"GET / HTTP/1.0\\r\\n", b"\\r\\n"])
s.recvmsg(65536) and s.getpeername() == ("127.0.0.1", port) and "hello"
""",
    "a socket that does not block": """
import select
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
assert s.connect_ex(("127.0.0.1" if said(socket.getaddrinfo, "home.example", port) else "", port)) == errno.EINPROGRESS
select.select([], [s], [])
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
assert s.connect_ex(("127.0.0.1", port)) == errno.EISCONN
"hello"
""",
    "a copy of a socket": """
s = socket.create_connection(("home.example", port))
t = s.dup()
s.close()
t.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
t.makefile("rb").read().rpartition(b"\\r\\n")[2].decode()
""",
    "threads": """
got = []
def one():
    got.append(urllib.request.urlopen(f"http://home.example:{port}/").read())
threads = [threading.Thread(target=one) for _ in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
got == [b"hello"] * 8 and "hello"
""",
    "gethostbyname": "socket.gethostbyname('home.example') == '127.0.0.1' and 'hello'",
    "options": """
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
s.connect(("home.example", port))
[s.getsockopt(socket.IPPROTO_TCP, o) for o in (socket.TCP_KEEPIDLE, socket.TCP_NODELAY)] == [30, 1] and "hello"
""",
}


@pytest.mark.parametrize("way", PLAIN_WAYS)
def test_the_standard_library_reaches_a_granted_host(plain: int, way: str) -> None:
    said, reach = ran(PLAIN_WAYS[way], private("home.example", plain), port=plain)
    assert said == "hello"
    assert reach.network.keys() <= {f"home.example:{plain}"}


TLS_WAYS = {
    "urllib.request": "urllib.request.urlopen(f'https://home.example:{port}/').read().decode()",
    "http.client": """
c = http.client.HTTPSConnection("home.example", port)
c.request("GET", "/")
c.getresponse().read().decode()
""",
    "asyncio": "asyncio.run(exchanged('home.example', port, True))",
    "a wrapped socket that connects": """
s = ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="home.example")
s.connect(("home.example", port))
s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
s.makefile("rb").read().rpartition(b"\\r\\n")[2].decode()
""",
}


@pytest.mark.parametrize("way", TLS_WAYS)
def test_tls_reaches_a_host_that_the_operators_authority_speaks_for(authority: tuple[ssl.SSLContext, Path], tls: int, way: str) -> None:
    said, reach = ran(TLS_WAYS[way], private("home.example", tls), port=tls, authorities=str(authority[1]))
    assert said == "hello"
    assert reach.network[f"home.example:{tls}"].connections == 1


@pytest.mark.skipif(interpreter_is_closed(), reason="needs an interpreter whose directory is open to other users")
@pytest.mark.parametrize("wall", ["pivot_root", "user_namespace"])
def test_without_a_root_of_its_own_a_guest_believes_the_same(authority: tuple[ssl.SSLContext, Path], tls: int, wall: str) -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return await value(guests, "run", code=TLS_WAYS["urllib.request"], port=tls)

    started = reaching(private("home.example", tls), opted_out=((wall, "It is tried."),))
    assert jailed(started, act, lookup=to_this_machine, authorities=str(authority[1])) == "hello"


def test_without_that_authority_the_host_is_not_believed(tls: int) -> None:
    said, _ = ran("said(urllib.request.urlopen, f'https://home.example:{port}/')", private("home.example", tls), port=tls)
    assert "CERTIFICATE_VERIFY_FAILED" in said


def test_a_name_below_a_granted_suffix_is_reached(plain: int) -> None:
    said, reach = ran(PLAIN_WAYS["urllib.request"].replace("home.", "a.home."), private("*.home.example", plain), port=plain)
    assert (said, [*reach.network]) == ("hello", [f"a.home.example:{plain}"])


def test_a_granted_address_is_reached_without_a_name(plain: int) -> None:
    said, reach = ran(PLAIN_WAYS["urllib.request"].replace("home.example", "127.0.0.1"), private("127.0.0.1", plain), port=plain)
    assert (said, [*reach.network]) == ("hello", [f"127.0.0.1:{plain}"])


def test_a_connection_that_nobody_takes_fails_as_it_does_anywhere(plain: int) -> None:
    code = "said(socket.create_connection, ('home.example', port))"
    with web_server() as gone:
        pass
    said, _ = ran(code, private("home.example", gone), port=gone)
    assert said.startswith("ConnectionRefusedError [Errno 111]")


# --- what is refused --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("said(urllib.request.urlopen, f'http://evil.example:{port}/')", "evil.example:{port} was not granted"),
        ("said(urllib.request.urlopen, f'http://127.0.0.1:{port}/')", "127.0.0.1:{port} was not granted"),
        ("said(socket.create_connection, ('home.example', 9))", "home.example:9 was not granted"),
        ("said(socket.create_connection, ('127.0.0.1', 9))", "127.0.0.1:9 was not granted"),
        ("said(asyncio.run, exchanged('evil.example', port, False))", "evil.example:{port} was not granted"),
        ("said(urllib.request.urlopen, f'http://home.example:{port}/to/http%3A%2F%2Fevil.example')", "evil.example:80 was not granted"),
    ],
)
def test_any_other_destination_is_refused_in_words_and_told(plain: int, code: str, words: str) -> None:
    heard: list[Attempt] = []
    said, reach = ran(code, private("home.example", plain), port=plain, heard=heard)
    words = words.format(port=plain)
    assert f"skillpod: {words} (permissions.network: home.example:{plain})" in said
    target = words.partition(" ")[0]
    assert heard == [Attempt(act=Act.CONNECT, target=target, by=Source.BROKER, tool="run")]
    assert reach.network[target] == Traffic(refused=1)


def test_a_name_that_leads_to_this_machine_is_refused_unless_private_was_asked_for(plain: int) -> None:
    said, _ = ran(f"said(socket.create_connection, ('home.example', {plain}))", NetworkAsk("home.example", (plain,)))
    assert "was refused: 127.0.0.1 is an address of this machine or its networks" in said
    assert "addresses: private" in said


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", "socket AF_INET SOCK_DGRAM can't be made by a skill"),
        ("socket.socket(socket.AF_UNIX)", "socket AF_UNIX SOCK_STREAM can't be made by a skill"),
        ("socket.socket(proto=262)", "socket AF_INET SOCK_STREAM IPPROTO_MPTCP can't be made by a skill"),
        ("socket.create_server(('127.0.0.1', 0))", "bind 127.0.0.1:0 was refused"),
        ("socket.socket().listen()", "listen was refused"),
        ("socket.socket().setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'lo')", "option 25 of level 1 can't be set"),
    ],
)
def test_what_is_no_connection_is_refused_in_words(plain: int, code: str, words: str) -> None:
    said, _ = ran(f"said(lambda: {code})", private("home.example", plain))
    assert said.startswith("PermissionError [Errno 1")
    assert words in said


def test_port_nought_is_no_destination(plain: int) -> None:
    said, _ = ran("said(socket.create_connection, ('127.0.0.1', 0))", private("127.0.0.1", plain))
    assert "127.0.0.1 was not granted" in said


def test_a_host_is_reached_by_ipv6() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("needs IPv6 on this machine")
    with server:
        port = server.getsockname()[1]
        code = "s = socket.create_connection(('home.example', port))\ns.getpeername()[:2]"
        said, reach = ran(code, private("home.example", port), port=port, lookup=lambda name: ("::1",))
    assert said == f"('::1', {port})"
    assert [*reach.network] == [f"home.example:{port}"]


def test_a_call_names_so_many_destinations_and_counts_the_others_together(plain: int) -> None:
    code = "for n in range(100):\n    said(socket.create_connection, (f'evil{n}.example', 80))\n'done'"
    _, reach = ran(code, private("home.example", plain))
    assert len(reach.network) == 65
    assert reach.network["others"] == Traffic(refused=36)


# --- what is counted --------------------------------------------------------------------------------------------------------------


def test_connections_and_bytes_are_counted_by_destination(plain: int) -> None:
    code = """
s = socket.create_connection(("home.example", port))
s.sendall(b"GET /bytes/100000 HTTP/1.0\\r\\n\\r\\n")
answer = s.makefile("rb").read()
s.close()
len(answer)
"""
    said, reach = ran(code, private("home.example", plain), port=plain)
    traffic = reach.network[f"home.example:{plain}"]
    assert (traffic.connections, traffic.sent) == (1, len("GET /bytes/100000 HTTP/1.0\r\n\r\n"))
    assert traffic.received - int(said) in (0, 1)  # the kernel counts the end of a stream as one


def test_more_than_the_limit_ends_the_call(plain: int) -> None:
    code = "len(urllib.request.urlopen(f'http://home.example:{port}/bytes/20000000').read())"
    with pytest.raises(LimitExceeded, match="more than 1024 KiB") as fault:
        ran(code, private("home.example", plain), port=plain, limits=Limits(wall=20.0, traffic=MIB))
    assert fault.value.at == "limits.traffic"
    said, _ = ran(code, private("home.example", plain), port=plain)
    assert said == "20000000"


@pytest.mark.parametrize(
    "opened", ["socket.create_connection(('home.example', port))", "socket.create_connection(('home.example', port)).dup()"]
)
def test_so_many_connections_at_once_and_no_more(plain: int, opened: str) -> None:
    code = f"""
for _ in range(3):
    kept.append({opened})
first = said(socket.create_connection, ("home.example", port))
kept.pop()
gc.collect()
first + " then " + said(lambda: {opened} and 1)
"""
    said, _ = ran(code, private("home.example", plain), port=plain, limits=Limits(wall=20.0, connections=3))
    assert said.startswith("OSError [Errno 24] skillpod: 3 connections are open, and limits.connections allows no more")
    assert said.endswith(" then did 1")


@pytest.mark.parametrize(
    "closing",
    [
        "s.close()",
        "del s",
        "socket.socket(fileno=s.detach()).close()",
        "f = s.makefile('rb'); s.close(); f.close()",
        "t = ssl.create_default_context().wrap_socket(s, server_hostname='x', do_handshake_on_connect=False); t.close()",
        "s.__exit__()",
    ],
)
def test_a_connection_that_was_closed_in_any_way_counts_no_more(plain: int, closing: str) -> None:
    code = f"""
for _ in range(5):
    s = socket.create_connection(("home.example", port))
    {closing}
"well"
"""
    assert ran(code, private("home.example", plain), port=plain, limits=Limits(wall=20.0, connections=1))[0] == "well"


def test_what_a_kept_connection_carries_is_charged_to_the_call_it_carries_it_for(plain: int) -> None:
    ask = "kept[0].sendall(b'GET / HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'); read(kept[0], 100)"
    open_one = f"kept.append(socket.create_connection(('home.example', port)))\n{ask}\n'opened'"

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> list[Traffic]:
        found = []
        for code in (open_one, f"{ask}\n'used'", "'left alone'"):
            reply = await guests.call("run", {"code": code, "port": plain}, OWNER)
            found.append(reply.usage.reach.network.get(f"home.example:{plain}", Traffic()))
        return found

    kept = reaching(private("home.example", plain), lifetime=Lifetime.SKILL, guests=GuestCount(1, 1))
    first, second, third = jailed(kept, act, lookup=to_this_machine)
    assert (first.connections, second.connections, third) == (1, 0, Traffic())
    assert first.sent == second.sent == len("GET / HTTP/1.1\r\nhost: x\r\n\r\n")


def test_what_passes_while_a_skill_is_loaded_is_charged_to_its_first_call(plain: int) -> None:
    handler = f"""
        import urllib.request
        from skillpod import tool
        FOUND = urllib.request.urlopen("http://home.example:{plain}/").read().decode()

        @tool
        def found() -> str:
            return FOUND
    """

    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return await guests.call("found", {}, OWNER)

    started = launch(handler, grants=Permissions(network=frozenset({private("home.example", plain)})))
    reply = jailed(started, act, lookup=to_this_machine)
    assert reply.value == "hello"
    assert reply.usage.reach.network[f"home.example:{plain}"].connections == 1


# --- the line ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "packet",
    [
        "b'nothing'",
        "b'{}'",
        "b'[]'",
        "b'x' * 5000",
        'b\'{"t":"connect","id":true,"ip":"127.0.0.1","port":80}\'',
        'b\'{"t":"connect","id":1,"ip":"home.example","port":80}\'',
        'b\'{"t":"connect","id":1,"ip":"127.0.0.1","port":70000}\'',
        'b\'{"t":"connect","id":1,"ip":"127.0.0.1","port":80,"more":1}\'',
        'b\'{"t":"closed","serial":7}\'',
        'b\'{"t":"resolve","id":1,"host":"\\\\ud800","port":80}\'',
    ],
)
def test_a_packet_that_is_not_in_order_ends_the_guest(plain: int, packet: str) -> None:
    with pytest.raises(WireBroken):
        ran(f"os.write(4, {packet})\ntime.sleep(5)", private("home.example", plain))


def test_without_the_grant_there_is_no_line() -> None:
    async def act(guests: Guests, deaths: list[SkillpodError], _: Any) -> Any:
        return await value(guests, "run", code="said(os.fstat, 4) + said(os.fstat, 5)")

    assert jailed(launch(HANDLER), act).count("Bad file descriptor") == 2


def test_an_authority_that_can_not_be_read_is_said_where_it_is_named(tmp_path: Path, plain: int) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate")
    for path, words in ((nothing, "it has no certificate in it"), (tmp_path / "none.pem", "No such file")):
        with pytest.raises(PathUnusable, match=words) as fault:
            ran("1", private("home.example", plain), authorities=str(path))
        assert fault.value.at == "pod.yaml:network.authorities"


def test_what_a_tool_does_not_catch_says_what_was_not_granted(plain: int) -> None:
    with pytest.raises(ToolRaised, match=r"evil\.example:80 was not granted"):
        ran("socket.create_connection(('evil.example', 80))", private("home.example", plain))


UNREAD = """
socket.getaddrinfo("home.example", port)
os.set_blocking(4, False)
def ask():
    try:
        for number in range(1, 1000):
            os.write(4, b'{"t":"connect","id":%d,"ip":"127.0.0.1","port":%d}' % (number, port))
    except BlockingIOError:
        time.sleep(0.1)
for _ in range(3): ask()
"asked"
"""


def test_few_connections_are_on_their_way_to_a_guest_that_reads_none() -> None:
    """Of those that ended at once nothing is held here, and each counts against this user until it is read."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    said, reach = ran(UNREAD, private("home.example", port), port=port)
    assert said == "asked"
    assert 8 <= reach.network[f"home.example:{port}"].connections <= 32
