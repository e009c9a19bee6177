"""Hosts and ports: which functions take them where, and what a constant address leads to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from skillpod.audit.scopes import Scope
from skillpod.audit.standard import listed
from skillpod.audit.texts import Start, Texts, argument, has_unseen_words
from skillpod.model.capability import endpoint
from skillpod.model.later import later

FETCH = "Context.fetch"
"""The host makes the request, for the skill."""

_PORTS = {"http": 80, "https": 443, "ftp": 21}
_AUTHORITY = later(r"([a-z][a-z0-9+.-]*)://([^/?#]*)([/?#]?)", re.IGNORECASE | re.ASCII)
_HOST = later(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]", re.IGNORECASE | re.ASCII)


class _Form(Enum):
    URL = "url"
    HOST = "host"  # and the port beside it
    PAIR = "pair"  # a tuple of both


@dataclass(frozen=True, slots=True)
class _Taking:
    """Where a function takes the address: ``word`` is the keyword, ``place`` counts from 0, ``port`` is what it is when none is given (0:
    one must be)."""

    form: _Form
    word: str
    port: int = 0
    has_port: bool = True
    place: int = 0


_TAKING: dict[str, _Taking] = {
    **dict.fromkeys(
        listed("urllib.request.urlopen urllib.request.Request urllib.request.urlretrieve urllib.robotparser.RobotFileParser"),
        _Taking(_Form.URL, "url"),
    ),
    **dict.fromkeys(listed("xmlrpc.client.ServerProxy xmlrpc.client.Server"), _Taking(_Form.URL, "uri")),
    "http.client.HTTPConnection": _Taking(_Form.HOST, "host", 80),
    "http.client.HTTPSConnection": _Taking(_Form.HOST, "host", 443),
    "smtplib.SMTP": _Taking(_Form.HOST, "host", 25),
    "smtplib.SMTP_SSL": _Taking(_Form.HOST, "host", 465),
    "smtplib.LMTP": _Taking(_Form.HOST, "host", 2003),
    "ftplib.FTP": _Taking(_Form.HOST, "host", 21, has_port=False),
    "ftplib.FTP_TLS": _Taking(_Form.HOST, "host", 21, has_port=False),
    "imaplib.IMAP4": _Taking(_Form.HOST, "host", 143),
    "imaplib.IMAP4_SSL": _Taking(_Form.HOST, "host", 993),
    "poplib.POP3": _Taking(_Form.HOST, "host", 110),
    "poplib.POP3_SSL": _Taking(_Form.HOST, "host", 995),
    "nntplib.NNTP": _Taking(_Form.HOST, "host", 119),
    "nntplib.NNTP_SSL": _Taking(_Form.HOST, "host", 563),
    "telnetlib.Telnet": _Taking(_Form.HOST, "host", 23),
    "logging.handlers.HTTPHandler": _Taking(_Form.HOST, "host", 80, has_port=False),
    **dict.fromkeys(
        listed("asyncio.open_connection socket.getaddrinfo logging.handlers.SocketHandler logging.handlers.DatagramHandler"),
        _Taking(_Form.HOST, "host"),
    ),
    "socket.create_connection": _Taking(_Form.PAIR, "address"),
    "ssl.get_server_certificate": _Taking(_Form.PAIR, "addr"),
    "logging.handlers.SMTPHandler": _Taking(_Form.PAIR, "mailhost"),
    "logging.handlers.SysLogHandler": _Taking(_Form.PAIR, "address"),
    FETCH: _Taking(_Form.URL, "url"),
}

_METHODS = listed("get post put patch delete head options")
_CLIENTS: dict[str, _Taking | None] = {
    **dict.fromkeys((f"{package}.{method}" for package in ("requests", "httpx") for method in _METHODS), _Taking(_Form.URL, "url")),
    **dict.fromkeys(
        listed("requests.request requests.Request httpx.request httpx.stream httpx.Request aiohttp.request urllib3.request"),
        _Taking(_Form.URL, "url", place=1),
    ),
    "urllib3.connection_from_url": _Taking(_Form.URL, "url"),
    "urllib3.HTTPConnectionPool": _Taking(_Form.HOST, "host", 80),
    "urllib3.HTTPSConnectionPool": _Taking(_Form.HOST, "host", 443),
    **dict.fromkeys(
        listed("""
            requests.Session requests.session requests.sessions.Session httpx.Client httpx.AsyncClient aiohttp.ClientSession
            aiohttp.TCPConnector urllib3.PoolManager urllib3.ProxyManager urllib3.poolmanager.PoolManager
        """)
    ),
}
"""Of packages that most skills with a network have. None: it makes what reaches hosts later, and is not followed there. What a package does
of itself no table knows; the jail holds it."""

_HARMLESS = frozenset(
    listed("""
        socket.timeout socket.error socket.herror socket.gaierror socket.gethostname socket.inet_aton socket.inet_ntoa socket.inet_pton
        socket.inet_ntop socket.htons socket.htonl socket.ntohs socket.ntohl socket.has_ipv6 socket.getdefaulttimeout
        socket.setdefaulttimeout socket.SocketType socket.AddressFamily socket.SocketKind http.client.responses http.client.HTTPResponse
        http.client.HTTPMessage http.client.parse_headers urllib.request.parse_http_list urllib.request.quote urllib.request.unquote
        urllib.request.urlparse urllib.request.urlsplit urllib.request.urljoin urllib.request.HTTPPasswordMgr
        urllib.request.HTTPPasswordMgrWithDefaultRealm urllib.request.HTTPRedirectHandler urllib.request.HTTPSHandler
        urllib.request.HTTPHandler urllib.request.HTTPCookieProcessor urllib.request.HTTPBasicAuthHandler
        urllib.request.HTTPDefaultErrorHandler urllib.request.HTTPErrorProcessor urllib.request.BaseHandler ssl.create_default_context
        ssl.SSLContext ssl.TLSVersion ssl.VerifyMode ssl.Purpose ssl.SSLObject ssl.SSLSocket ssl.MemoryBIO ssl.Options ssl.match_hostname
        ssl.cert_time_to_seconds ssl.DER_cert_to_PEM_cert ssl.PEM_cert_to_DER_cert ssl.get_default_verify_paths xmlrpc.client.Binary
        xmlrpc.client.DateTime xmlrpc.client.Boolean xmlrpc.client.Fault xmlrpc.client.dumps xmlrpc.client.loads smtplib.quoteaddr
        smtplib.quotedata ftplib.parse227 ftplib.parse229 ftplib.parse257
    """)
)
_HARMLESS_MODULES = listed("select selectors http.cookiejar wsgiref.handlers wsgiref.headers wsgiref.util cgi")


def is_client(path: str) -> bool:
    """Whether a member of a package reaches a host, or makes what does."""
    return path in _CLIENTS


def is_harmless(path: str) -> bool:
    """Whether a member of a module of the network reaches nothing by itself: constants, exceptions, what only prepares or waits."""
    if path in _TAKING:  # some of those are written in capitals too
        return False
    last = path.rpartition(".")[2]
    is_said = last.isupper() or last.endswith(("Error", "Exception", "Warning")) or last.startswith("__")
    return is_said or path in _HARMLESS or path.startswith(tuple(f"{module}." for module in _HARMLESS_MODULES))


def reached(path: str, call: Any, scope: Scope, texts: Texts) -> tuple[str, ...]:
    """Where a call leads, all it may be, as ``host:port``; empty where that is not proven."""
    taking = _TAKING.get(path) or _CLIENTS.get(path)
    if taking is None or call is None or has_unseen_words(call):
        return ()
    node = argument(call, taking.place, taking.word)
    if node is None:
        return ()
    if taking.form is _Form.URL:
        return _all(_of_url(start) for start in texts.starts(node, scope))
    ports: tuple[int, ...] = (taking.port,) if taking.port else ()
    if taking.form is _Form.PAIR:
        pairs = _pairs(node, scope, texts)
        return _all(_at(host, inside, number, texts, ports) for host, number, inside in pairs)
    number = argument(call, 1, "port") if taking.has_port else None
    return _at(node, scope, number, texts, ports)


def _all(answers: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    found = list(answers)
    return tuple(dict.fromkeys(target for targets in found for target in targets)) if all(found) else ()


def _pairs(node: Any, scope: Scope, texts: Texts) -> Iterator[tuple[Any, Any, Scope]]:
    """The two halves of a tuple, which may stand behind a name; of one that is none, a host that is not proven."""
    for each, inside in texts.literals(node, scope):
        if isinstance(each, (ast.Tuple, ast.List)) and len(each.elts) == 2:
            yield each.elts[0], each.elts[1], inside
        else:
            yield each, ast.Constant(None), inside


def _at(host: Any, scope: Scope, port: Any, texts: Texts, otherwise: tuple[int, ...]) -> tuple[str, ...]:
    hosts = texts.wholes(host, scope)
    is_default = port is None or (isinstance(port, ast.Constant) and port.value in (None, 0) and bool(otherwise))
    ports = otherwise if is_default else texts.numbers(port, scope)
    return _all(_of_authority(text, ports, is_open=is_default) for text in hosts)


def _of_url(start: Start) -> tuple[str, ...]:
    """``https://api.example.com/v1`` as ``api.example.com:443``. The host is proven only when what follows it is: a text that ends within
    it may go on as ``.example.net``."""
    found = _AUTHORITY.match(start.text)
    if found is None or not (start.is_whole or found.group(3)):
        return ()
    scheme = found.group(1).lower()
    if scheme not in _PORTS:
        return (f"{scheme}://{found.group(2)}",)
    return _of_authority(found.group(2).rpartition("@")[2], (_PORTS[scheme],), is_open=True)


def _of_authority(text: str, ports: tuple[int, ...], *, is_open: bool) -> tuple[str, ...]:
    """A host, with its own port where that may stand there; nothing for one that is written in a way readers and libraries differ on."""
    host, colon, number = text.rpartition(":")
    if is_open and colon and number.isascii() and number.isdigit() and _HOST.fullmatch(host):
        text, ports = host, (int(number),)
    if not _HOST.fullmatch(text):
        return ()
    plain = text.strip("[]").rstrip(".").lower()
    return tuple(endpoint(plain, port) for port in ports)
