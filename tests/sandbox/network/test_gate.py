"""Which destinations grants cover, and where addresses lead."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from skillpod.model.capability import NetworkAsk
from skillpod.sandbox.network.addresses import Reach, literal, reach
from skillpod.sandbox.network.gate import Address, Barred, Gate, spelt

API = NetworkAsk("api.example.com", (443,))
ANY = NetworkAsk("*.example.org", (80, 443))
HOME = NetworkAsk("home.example", (443,), "private")
LOOPBACK = NetworkAsk("127.0.0.1", (8080,), "private")
METADATA = NetworkAsk("169.254.169.254", (80,), "private")

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PUBLIC, Reach.PUBLIC),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", Reach.PUBLIC),
        ("127.0.0.1", Reach.PRIVATE),
        ("127.255.255.254", Reach.PRIVATE),
        ("::1", Reach.PRIVATE),
        ("10.0.0.1", Reach.PRIVATE),
        ("172.31.255.255", Reach.PRIVATE),
        ("172.32.0.1", Reach.PUBLIC),
        ("192.168.1.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("fd12:3456::1", Reach.PRIVATE),
        ("2001:db8::1", Reach.PRIVATE),
        ("169.254.169.254", Reach.LINK),
        ("fd00:ec2::254", Reach.LINK),
        ("100.100.100.200", Reach.LINK),
        ("168.63.129.16", Reach.LINK),
        ("fe80::1", Reach.LINK),
        ("0.0.0.0", Reach.NOWHERE),
        ("::", Reach.NOWHERE),
        ("224.0.0.1", Reach.NOWHERE),
        ("255.255.255.255", Reach.NOWHERE),
        ("ff02::1", Reach.NOWHERE),
        ("4000::1", Reach.NOWHERE),
        ("::ffff:127.0.0.1", Reach.PRIVATE),
        ("::ffff:169.254.169.254", Reach.LINK),
        (f"::ffff:{PUBLIC}", Reach.PUBLIC),
        ("::127.0.0.1", Reach.PRIVATE),
        ("64:ff9b::7f00:1", Reach.PRIVATE),
        ("64:ff9b::a9fe:a9fe", Reach.LINK),
        ("64:ff9b:1::a9fe:a9fe", Reach.PRIVATE),
        ("2002:7f00:1::", Reach.PRIVATE),
        ("2002:a9fe:a9fe::", Reach.LINK),
        ("2001:0:a9fe:a9fe:0:0:a247:28f1", Reach.LINK),
        ("2001:0:5db8:d70e:0:0:5601:5601", Reach.LINK),  # the client, inverted: 169.254.169.254
    ],
)
def test_an_address_leads_where_what_it_holds_leads(text: str, expected: Reach) -> None:
    assert reach(ip_address(text)) is expected


@pytest.mark.parametrize(
    "text", ["0x7f.1", "2130706433", "127.1", "0177.0.0.1", "0x7f000001", "fe80::1%eth0", "1.2.3.4%lo", "::zz", "1.2.3"]
)
def test_an_address_in_an_odd_spelling_is_neither_a_name_nor_an_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"names a zone|no host name"):
        literal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("API.Example.COM", "api.example.com"),
        ("api.example.com.", "api.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("api。example.com", "api.example.com"),
        ("::FFFF:7F00:1", "::ffff:7f00:1"),
        ("0:0:0:0:0:0:0:1", "::1"),
    ],
)
def test_a_host_has_one_spelling(text: str, expected: str) -> None:
    assert spelt(text) == str(expected) or str(ip_address(spelt(text))) == str(ip_address(expected))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "a b",
        "a\x00b",
        "a/b",
        "user@a",
        "a:80",
        "-a.example",
        "a" * 64 + ".example",
        "a." * 130,
        "１２７.0.0.1x",
        "１２７.１",
    ],
)
def test_what_is_no_host_is_barred(text: str) -> None:
    with pytest.raises(Barred):
        Gate([ANY]).name(text, 443)


@pytest.mark.parametrize("host", ["api.example.com", "API.EXAMPLE.COM.", "a.example.org", "b.a.example.org"])
def test_a_granted_name_is_let_through(host: str) -> None:
    assert Gate([API, ANY]).name(host, 443) == host.lower().removesuffix(".")


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("api.example.com", 80),
        ("evil.example", 443),
        ("xapi.example.com", 443),
        ("api.example.com.evil.example", 443),
        ("example.org", 443),
        (".example.org", 443),
        ("evilexample.org", 443),
        ("127.0.0.1", 443),
        ("a.example.org", 22),
    ],
)
def test_any_other_destination_is_barred_in_words_that_name_the_grants(host: str, port: int) -> None:
    with pytest.raises(Barred, match=r"api\.example\.com:443|no host name"):
        Gate([API, ANY]).name(host, port)


def test_a_name_that_leads_to_a_private_address_is_barred_unless_asked_for() -> None:
    with pytest.raises(Barred, match="addresses: private"):
        Gate([API]).address("api.example.com", ip_address("127.0.0.1"), 443)
    assert Gate([HOME]).address("home.example", ip_address("10.1.2.3"), 443) == Address("home.example", ip_address("10.1.2.3"), 443)


def test_the_link_is_reached_by_its_address_only() -> None:
    with pytest.raises(Barred, match="as an address and not by a name"):
        Gate([HOME]).address("home.example", ip_address("169.254.169.254"), 443)
    metadata = ip_address("169.254.169.254")
    assert Gate([METADATA]).address("169.254.169.254", metadata, 80).destination == "169.254.169.254:80"


def test_a_granted_private_address_needs_the_word_private_too() -> None:
    with pytest.raises(Barred, match="addresses: private"):
        Gate([NetworkAsk("127.0.0.1", (80,))]).address("127.0.0.1", ip_address("127.0.0.1"), 80)
    assert Gate([LOOPBACK]).address("127.0.0.1", ip_address("127.0.0.1"), 8080).port == 8080


def test_nowhere_is_reached_by_nobody() -> None:
    gate = Gate([NetworkAsk("224.0.0.1", (80,), "private")])
    with pytest.raises(Barred, match="no address of one host"):
        gate.address("224.0.0.1", ip_address("224.0.0.1"), 80)


def test_at_any_port_what_is_granted_at_some_port_is_let_through() -> None:
    assert Gate([API]).name("api.example.com") == "api.example.com"
    with pytest.raises(Barred, match=r"^evil\.example was not granted"):
        Gate([API]).name("evil.example")
