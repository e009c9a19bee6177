"""What the code uses beside what the manifest asks: row by row, and in words that say which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skillpod.audit.comparison import compare
from skillpod.audit.run import run
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NOTHING, NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.comparison import Asked, Comparison, Standing
from skillpod.model.finding import CapabilityUse, Finding, Report, Severity
from skillpod.model.manifest import Manifest

MANIFEST = Manifest(name="probe_skill", version="1.0.0", description="A probe.", author="A. Tester")
HOST = Permissions(network=frozenset({NetworkAsk("api.example.com", (443,))}))
TOOL = "from skillpod import Context, tool\n\n\n@tool\ndef look(name: str, ctx: Context) -> str:\n    "


def report_of(source: str, permissions: Permissions = HOST) -> Report:
    return run(Bundle.freeze({"handler.py": source.encode()}), replace(MANIFEST, tier=Tier.SYSTEM, permissions=permissions))


def used(source: str, kind: str, permissions: Permissions = HOST) -> list[str]:
    return [use.resource for use in report_of(source, permissions).capabilities if use.kind == kind]


def only(report: Report, rule: str) -> Finding:
    (found,) = [finding for finding in report.findings if finding.rule == rule]
    return found


def rows(report: Report) -> dict[str, str]:
    return {f"{row.kind} {row.resource}": row.standing.value for row in report.comparison}


# --- words -----------------------------------------------------------------------------------------------------------------------


def test_a_host_that_is_asked_for_is_named_with_its_port() -> None:
    found = only(report_of("from urllib.request import urlopen\n\nurlopen('https://api.example.com/v1')\n"), "CAP-002")
    assert found.message.endswith(": reaches api.example.com:443, which the manifest asks for")
    assert (found.severity, found.subject) == (Severity.NOTICE, "api.example.com:443")


def test_a_host_that_is_not_asked_for_comes_with_the_permission_to_paste() -> None:
    found = only(report_of("from urllib.request import urlopen\n\nurlopen('http://other.example.net:8080/v1')\n"), "CAP-001")
    assert "reaches other.example.net:8080, and the manifest does not ask for it; asked for: api.example.com:443" in found.message
    assert "`permissions: {network: [{host: other.example.net, ports: [8080]}]}`" in found.fix
    assert (found.severity, found.subject) == (Severity.DENY, "other.example.net:8080")


def test_a_host_that_is_only_known_when_the_code_runs_says_who_holds_it() -> None:
    found = only(report_of("from urllib.request import urlopen\n\n\ndef get(url):\n    return urlopen(url)\n"), "CAP-008")
    assert found.severity is Severity.REVIEW
    assert "only known when the code runs; asked for: api.example.com:443; this version grants no network" in found.message


def test_a_file_that_is_only_known_when_the_code_runs_is_told_for_the_jail_holds_it() -> None:
    report = report_of("def get(path):\n    return open(path).read()\n", Permissions(volumes=frozenset({VolumeAsk("data", "read")})))
    found = only(report, "CAP-008")
    assert found.severity is Severity.NOTICE
    assert "the jail shows it the volumes it is granted, and no other" in found.message


def test_the_environment_is_told_and_never_denied_for_nothing_is_in_it() -> None:
    report = report_of("import os\n\nos.environ['HOME'], os.environ\n", Permissions())
    assert [(finding.rule, finding.severity, finding.subject) for finding in report.findings] == [
        ("CAP-005", Severity.NOTICE, "HOME"),
        ("CAP-005", Severity.NOTICE, "os.environ"),
    ]


def test_one_host_is_one_finding_however_often_it_is_reached() -> None:
    report = report_of("from urllib.request import urlopen\n\n" + "urlopen('https://api.example.com/v1')\n" * 5)
    assert len(only(report, "CAP-002").message) > 0
    assert [row.used for row in report.comparison] == [tuple(f"handler.py:{line}" for line in range(3, 8))]


# --- hosts -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("urlopen('https://api.example.com')", "api.example.com:443"),
        ("urlopen('HTTPS://API.Example.COM./x')", "api.example.com:443"),
        ("urlopen('http://api.example.com:8080?x')", "api.example.com:8080"),
        ("urlopen('https://user:word@api.example.com/')", "api.example.com:443"),
        ("urlopen('https://[2001:db8::1]/')", "[2001:db8::1]:443"),
        ("urlopen('ftp://files.example.com/x')", "files.example.com:21"),
        ("urlopen(f'https://api.example.com/{name}')", "api.example.com:443"),
        ("urlopen(f'https://api.example.com#{name}')", "api.example.com:443"),
        ("urlopen(BASE + '/x/' + name)", "api.example.com:443"),
        ("urlopen('https://api.example.com/%s' % name)", "api.example.com:443"),
        ("urlopen('https://api.example.com/{}'.format(name))", "api.example.com:443"),
        ("urlopen(url=BASE)", "api.example.com:443"),
        ("urlopen(data=b'', url=Request(BASE))", "api.example.com:443"),
        ("urlopen(f'{BASE}:8443/')", "api.example.com:8443"),
        ("urlopen(f'{BASE}{name}')", "*"),
        ("urlopen(f'{BASE}:{name}/')", "*"),
        ("urlopen('https://{}/x'.format(name))", "*"),
        ("urlopen(name + BASE)", "*"),
        ("urlopen(' https://api.example.com/')", "*"),
        ("urlopen('//api.example.com/')", "*"),
        ("urlopen('https://api.example.com\\\\@evil.example.net/')", "evil.example.net:443"),
        ("urlopen('https://evil.example.net\\\\.api.example.com/')", "*"),
        ("urlopen(*name)", "*"),
        ("http.client.HTTPConnection('a.example.com')", "a.example.com:80"),
        ("http.client.HTTPSConnection('a.example.com', PORT)", "a.example.com:8443"),
        ("http.client.HTTPSConnection('a.example.com', port=None)", "a.example.com:443"),
        ("http.client.HTTPSConnection('a.example.com', int(name))", "*"),
        ("socket.create_connection(('a.example.com', PORT))", "a.example.com:8443"),
        ("socket.create_connection(WHERE)", "a.example.com:9"),
        ("socket.create_connection((name, PORT))", "*"),
        ("socket.create_connection(address=('a.example.com', 25), timeout=3)", "a.example.com:25"),
        ("asyncio.open_connection('a.example.com', 6379)", "a.example.com:6379"),
        ("asyncio.open_connection(host='a.example.com', port=PORT)", "a.example.com:8443"),
        ("asyncio.open_connection(sock=name)", "*"),
        ("smtplib.SMTP('mail.example.com')", "mail.example.com:25"),
        ("smtplib.SMTP_SSL('mail.example.com')", "mail.example.com:465"),
        ("smtplib.SMTP()", "*"),
        ("ftplib.FTP('files.example.com', 'user')", "files.example.com:21"),
        ("xmlrpc.client.ServerProxy('https://rpc.example.com/x')", "rpc.example.com:443"),
        ("socket.gethostbyname('a.example.com')", "*"),
    ],
)
def test_where_a_call_leads(expression: str, found: str) -> None:
    source = (
        "import asyncio, ftplib, http.client, smtplib, socket, xmlrpc.client\nfrom urllib.request import Request, urlopen\n"
        f"BASE = 'https://api.example.com'\nPORT = 8443\nWHERE = ('a.example.com', 9)\n\n\ndef act(name):\n    return {expression}\n"
    )
    assert dict.fromkeys(used(source, "network")) == dict.fromkeys([found])


def test_every_host_it_may_be_is_held_against_what_is_asked() -> None:
    source = "from urllib.request import urlopen\n\nfor url in ('https://api.example.com/', 'https://b.example.net/'):\n    urlopen(url)\n"
    report = report_of(source)
    assert {finding.rule for finding in report.findings} == {"CAP-001", "CAP-002"}


def test_what_only_prepares_a_connection_is_no_finding_beside_an_ask() -> None:
    source = (
        "import socket, ssl\nimport http.client as h\n\nssl.create_default_context(), socket.AF_INET, socket.timeout, h.HTTPException\n"
    )
    source += "h.HTTPSConnection('api.example.com')\n"
    assert {finding.rule for finding in report_of(source).findings} == {"CAP-002"}


def test_a_module_of_the_network_that_nothing_is_seen_to_use_is_looked_at() -> None:
    assert only(report_of("import socket\n"), "CAP-008").severity is Severity.REVIEW


# --- programs --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("subprocess.run(['git', 'log'])", ["git"]),
        ("subprocess.run('git')", ["git"]),
        ("subprocess.Popen(args=('git', name))", ["git"]),
        ("subprocess.run(['/usr/bin/git'])", ["git"]),
        ("subprocess.run(['./git'])", ["./git"]),
        ("subprocess.run(['git'], executable='/bin/sh')", ["sh"]),
        ("subprocess.run('git log', shell=True)", ["git", "sh"]),
        ("subprocess.run('git log | sort', shell=True)", ["sh"]),
        ("subprocess.run(['git'], **name)", ["*"]),
        ("subprocess.run([name])", ["*"]),
        ("subprocess.run(['git'] + name)", ["git"]),
        ("subprocess.run(name + ['git'])", ["*"]),
        ("subprocess.run(WORDS)", ["git"]),
        ("subprocess.run(CHANGED)", ["*"]),
        ("subprocess.run(LONGER)", ["git"]),
        ("os.system('git log')", ["git", "sh"]),
        ("os.popen(name)", ["sh"]),
        ("os.execv('/usr/bin/git', ['x'])", ["git"]),
        ("os.spawnlp(os.P_WAIT, 'git', 'git')", ["git"]),
        ("os.fork()", ["*"]),
    ],
)
def test_what_a_call_runs(expression: str, found: list[str]) -> None:
    source = (
        "import os\nimport subprocess\n\nWORDS, CHANGED, LONGER = ['git'], ['git'], ['git']\n"
        "CHANGED[0] = 'curl'\nLONGER.append('log')\n\n\n"
        f"def act(name):\n    return {expression}\n"
    )
    assert used(source, "programs", Permissions(programs=frozenset({"git"}))) == found


# --- volumes and files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("ctx.volume('data')", [("data", "")]),
        ("ctx.volume(name)", [("*", "")]),
        ("(ctx.volume('data') / name).read_text()", [("data", ""), ("data", "read")]),
        ("(ctx.volume('data') / 'x').write_bytes(b'')", [("data", ""), ("data", "write")]),
        ("(ctx.volume('data') / 'x').open('rb')", [("data", ""), ("data", "read")]),
        ("(ctx.volume('data') / '../../etc/x').open(name)", [("/etc/x", ""), ("data", "")]),
        ("(ctx.volume('data') / '..' / 'more').iterdir()", [("data", ""), ("more", "read")]),
        ("open('/volumes/data/x')", [("data", "read")]),
        ("open('/volumes//data/x', 'r+')", [("data", "write")]),
        ("open('//volumes/data/x', mode='a')", [("data", "write")]),
        ("open(f'/volumes/data/{name}')", [("data", "read")]),
        ("open(f'/volumes/data{name}')", [("*", "read")]),
        ("open(f'/volumes/{name}')", [("*", "read")]),
        ("open('/volumes/data/../../etc/hosts')", [("/etc/hosts", "read")]),
        ("open('notes.txt')", [("./notes.txt", "read")]),
        ("open(name, name)", [("*", "")]),
        ("Path('/volumes', 'data', name)", [("data", "")]),
        ("Path(name)", []),
        ("os.rename('/volumes/a/x', '/volumes/b/y')", [("a", "write"), ("b", "write")]),
        ("os.listdir(os.path.join('/volumes', 'data'))", [("data", "read")]),
        ("name.replace('/volumes/a', '')", []),
    ],
)
def test_what_a_call_opens(expression: str, found: list[tuple[str, str]]) -> None:
    report = report_of(f"import os\nfrom pathlib import Path\n{TOOL}return {expression}\n", Permissions())
    assert [(use.resource, use.access) for use in report.capabilities if use.kind == "volumes"] == found


@pytest.mark.parametrize(
    "annotation", ["Context", "skillpod.Context", "'Context'", "'skillpod.Context'", "Context | None", "None | 'Context'", "Renamed"]
)
def test_the_context_is_known_by_its_annotation(annotation: str) -> None:
    imports = "import skillpod\nfrom skillpod import Context\nfrom skillpod import Context as Renamed\n\n\n"
    source = f"{imports}def f(c: {annotation}):\n    other = c\n    return other.secret('KEY')\n"
    assert used(source, "secrets") == ["KEY"]


def test_a_method_of_that_name_on_a_value_that_is_not_known_counts_only_for_what_is_asked() -> None:
    source = "def f(c):\n    return c.secret('KEY'), c.secret('OTHER'), c.volume('litres')\n"
    assert used(source, "secrets", Permissions(secrets=frozenset({"KEY"}))) == ["KEY"]
    assert report_of(source, Permissions()).findings == ()


# --- the comparison --------------------------------------------------------------------------------------------------------------


def test_the_comparison_has_one_row_a_resource() -> None:
    permissions = Permissions(
        volumes=frozenset({VolumeAsk("data", "read"), VolumeAsk("spare", "read")}),
        network=frozenset({NetworkAsk("api.example.com", (80, 443))}),
        programs=frozenset({"bash"}),
    )
    source = f"from urllib.request import urlopen\n{TOOL}urlopen('https://api.example.com/')\n    urlopen(name)\n"
    source += "    open('/tmp/x')\n    (ctx.volume('data') / 'x').write_text(name)\n    ctx.secret('KEY')\n"
    assert rows(report_of(source, permissions)) == {
        "volumes data": "asked and used",
        "volumes spare": "asked, not used",
        "network api.example.com:443": "asked and used",
        "network api.example.com:80": "dynamic",
        "programs bash": "wildcard",
        "network *": "dynamic",
        "secrets KEY": "used, not asked",
        "volumes /tmp/x": "needs no asking",
        "volumes data (write)": "used, not asked",
    }


def test_a_request_that_the_host_makes_reaches_and_may_carry_a_secret() -> None:
    asked = Permissions(network=frozenset({NetworkAsk("api.example.com", (443,))}), secrets=frozenset({"KEY"}))
    tool = TOOL + "{} = ctx.fetch('https://{}.example.com/v1')\n"
    assert rows(report_of(tool.format("it", "api"), asked)) == {
        "network api.example.com:443": "asked and used",
        "secrets *": "dynamic",
        "secrets KEY": "dynamic",
    }
    assert "secrets *" not in rows(report_of(tool.format("it", "api"), HOST))
    assert only(report_of(tool.format("it", "evil"), asked), "CAP-001").severity is Severity.DENY


def test_a_program_that_the_host_starts_is_held_to_its_name() -> None:
    git = Permissions(programs=frozenset({"git"}))
    for words, resource, standing in (
        ("['git', 'log', name]", "git", "asked and used"),
        ("('git', *name)", "git", "asked and used"),
        ("['curl', name]", "curl", "used, not asked"),
        ("['/usr/bin/git']", "/usr/bin/git", "used, not asked"),
        ("[name, 'log']", "*", "dynamic"),
        ("name", "*", "dynamic"),
        ("['git'] if name else name", "*", "dynamic"),
    ):
        report = report_of(f"{TOOL}ctx.run({words}, volume='data')\n", git)
        assert rows(report)[f"programs {resource}"] == standing, words
        said = {(finding.rule, finding.severity) for finding in report.findings if finding.subject in (resource, "Context.run")}
        assert (
            said
            == {
                "asked and used": {("CAP-003", Severity.NOTICE)},
                "used, not asked": {("CAP-007", Severity.DENY)},
                "dynamic": {("CAP-008", Severity.REVIEW)},
            }[standing]
        )


def test_where_a_program_is_started_is_a_use_of_that_volume() -> None:
    asked = Permissions(programs=frozenset({"git"}), volumes=frozenset({VolumeAsk("data", "read")}))
    for words, expected in (
        (", volume='data'", {"volumes data": "asked and used"}),
        (", volume='other'", {"volumes data": "asked, not used", "volumes other": "used, not asked"}),
        (", volume=name", {"volumes data": "dynamic", "volumes *": "dynamic"}),
        (", volume=None", {"volumes data": "asked, not used"}),
    ):
        found = rows(report_of(f"{TOOL}ctx.run(['git']{words})\n", asked))
        assert {row: standing for row, standing in found.items() if row.startswith("volumes")} == expected, words


def test_a_program_is_run_by_nobody_who_asks_for_none() -> None:
    for words in ("['git']", "name"):
        assert only(report_of(f"{TOOL}ctx.run({words})\n", NOTHING), "CAP-007").severity is Severity.DENY
    assert not rows(report_of("def go(worker, asyncio):\n    asyncio.run(worker.run(['git']))\n", NOTHING))


def test_a_pattern_of_hosts_is_a_wildcard_and_covers_what_is_under_it() -> None:
    asked = Permissions(network=frozenset({NetworkAsk("*.example.com", (443,))}))
    uses = [CapabilityUse(kind="network", resource=f"{host}:443", file="handler.py", line=3) for host in ("a.example.com", "aexample.com")]
    assert compare(uses, asked) == (
        Comparison(kind="network", resource="*.example.com:443", asked=Asked.WILDCARD, standing=Standing.WILDCARD, used=("handler.py:3",)),
        Comparison(kind="network", resource="a.example.com:443", asked=Asked.WILDCARD, standing=Standing.BOTH, used=("handler.py:3",)),
        Comparison(kind="network", resource="aexample.com:443", asked=Asked.NO, standing=Standing.NOT_ASKED, used=("handler.py:3",)),
    )
    report = report_of("from urllib.request import urlopen\n\nurlopen('https://a.example.com/')\n", asked)
    assert {finding.rule for finding in report.findings} == {"CAP-002", "CAP-011"}


def test_what_was_not_read_may_use_what_nothing_else_does() -> None:
    assert "CAP-006" not in {finding.rule for finding in report_of("def (:\n").findings}


def test_the_comparison_is_the_same_for_the_same_bytes_whatever_the_order_of_uses() -> None:
    uses = [CapabilityUse(kind="network", resource=name, file="a.py", line=line) for line, name in enumerate(("b:1", "a:1", "b:1", "*"), 1)]
    assert compare(uses, HOST) == compare(uses[::-1], HOST)


@pytest.mark.parametrize(
    "body",
    [
        "self.given = given\n\n    def go(self):\n        return self.given.secret('KEY')",
        "given = given or None\n        return given.secret('KEY')",
        "holder = [given]\n        return holder[0].secret('KEY')",
        "return [each.secret('KEY') for each in (given,)]",
    ],
)
def test_the_context_is_followed_where_values_are(body: str) -> None:
    source = f"from skillpod import Context\n\n\nclass Work:\n    def __init__(self, given: Context):\n        {body}\n"
    assert used(source, "secrets") == ["KEY"]


def test_a_dangerous_object_behind_the_context_is_still_one() -> None:
    source = "from skillpod import Context\n\n\ndef go(ctx: Context):\n    ctx.os.system('x')\n    eval\n"
    assert {"DYN-001"} < {finding.rule for finding in report_of(source).findings}


def test_a_name_that_can_not_be_read_is_written_out() -> None:
    report = report_of("import os\n\nos.environ['A\\u202e\\x1b[2J'], os.environ['x' * 900]\n")
    assert [row.resource for row in report.comparison if row.kind == "environment"] == ["A\\u202e\\x1b[2J", "x" * 256]


def test_a_manifest_that_is_not_in_order_is_not_said_to_ask_for_nothing() -> None:
    (found,) = run(Bundle.freeze({"handler.py": b"from socket import create_server\n"}), None).findings
    assert (found.rule, found.message) == (
        "CAP-001",
        "`create_server` is socket.create_server: reaches the network, and no manifest that is in order asks for it",
    )
