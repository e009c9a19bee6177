"""Keys and tokens as their makers shape them: a table, with a literal that is looked for first and a check where the format has one."""

from __future__ import annotations

import binascii
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from skillpod.model.finding import Severity


class Form(Enum):
    """Where in a file a key of some shape can be."""

    BEGINS = "it begins with the hint, and is all in one run"
    RUN = "the hint is somewhere in it, and it is all in one run"
    BROKEN = "it begins with the hint, and there may be blanks and quotes in it"
    ANYWHERE = "the hint is somewhere in it, and there may be blanks and quotes in it"


@dataclass(frozen=True, slots=True)
class Shape:
    """``hints`` are literals of which one is in every such key."""

    rule: str
    what: str
    hints: tuple[bytes, ...]
    pattern: bytes  # compiled when a hint is found: few files have one
    holds: Callable[[bytes], bool]
    severity: Severity
    form: Form

    @property
    def is_broken(self) -> bool:
        return self.form not in _IN_RUNS

    @property
    def inside(self) -> bytes:
        """The pattern, also of a key with other characters right before or behind it."""
        return self.pattern.replace(_START, b"").replace(_END, b"")

    def matches(self, content: bytes) -> Iterator[re.Match[bytes]]:
        if self.form not in _BEGINNING_SO:
            yield from re.finditer(self.pattern, content)
            return
        pattern = re.compile(self.pattern)
        for hint in self.hints:
            at = content.find(hint)
            while at >= 0:
                match = pattern.match(content, at)
                if match is not None:
                    yield match
                at = content.find(hint, at + 1)


_IN_RUNS = frozenset({Form.BEGINS, Form.RUN})
_BEGINNING_SO = frozenset({Form.BEGINS, Form.BROKEN})
_SHORTEST = 20
"""Bytes of the shortest key that is all in one run."""
_OF_RUN = re.compile(rb"[A-Za-z0-9_+/=.~%:?&-]")
RUNS = bytes(0x61 if _OF_RUN.match(bytes((code,))) else 0x20 for code in range(256))
"""For ``translate``: a blank for everything that is in no key which is all in one run."""
_LONG = b"a" * _SHORTEST


def _long_runs(content: bytes) -> bytes:
    """The runs of what keys are made of that are long enough for one, with blanks between."""
    runs = content.translate(RUNS) + b" "
    found: set[bytes] = set()
    begin = runs.find(_LONG)
    while begin >= 0:
        end = runs.find(b" ", begin)
        found.add(content[begin:end])
        begin = runs.find(_LONG, end)
    return b" ".join(found)


_BEGINNING = 4
_WORD = re.compile(rb"[A-Za-z0-9_-]")
_BLANK_BETWEEN_WORDS = bytes(code if _WORD.match(bytes((code,))) else 0x20 for code in range(256))


def may_begin(content: bytes) -> bool:
    """Whether a key begins anywhere, as far as its first bytes tell, also where the rest of it is written elsewhere."""
    begins = {word[:_BEGINNING] for word in set(content.translate(_BLANK_BETWEEN_WORDS).split())}
    begins |= {begin[:3] for begin in begins}
    begins |= {begin[:2] for begin in begins}
    hints = (hint for shape in SHAPES if shape.form in _BEGINNING_SO for hint in shape.hints)
    return b"-----BEGIN" in content or any(hint.rstrip(b".")[:_BEGINNING] in begins for hint in hints)


_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PLACEHOLDER = re.compile(
    rb"example|sample|dummy|fake|placeholder|changeme|change_me|your|insert|redacted|replace|secret|password|notreal|not_real|testtest"
    rb"|xxxx|\*\*\*|\.\.\.|<|\{|\$|%|1234567|0123456|abcdef|qwerty|deadbeef|lorem|foobar|todo",
    re.IGNORECASE,
)


def entropy(text: bytes) -> float:
    """Shannon's, in bits a byte."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values()) if text else 0.0


def is_random(text: bytes) -> bool:
    """Whether it looks drawn by a machine: no placeholder, no run of one character, and as many kinds of them as chance gives."""
    if PLACEHOLDER.search(text):
        return False
    return entropy(text) >= 0.72 * min(math.log2(len(text)), 6.0 if len(set(text)) > 16 else 4.0)


def _has_checksum(token: bytes) -> bool:
    """GitHub's and npm's tokens end in a CRC-32 of what is before it, in base 62 (github.blog, "Behind GitHub's new authentication token
    formats")."""
    body, given = token.partition(b"_")[2][:-6], token[-6:]
    rest, digits = zlib.crc32(body), b""
    while rest:
        rest, digit = divmod(rest, 62)
        digits = _DIGITS[digit : digit + 1] + digits
    return digits.rjust(6, b"0") == given


def _is_key_id(token: bytes) -> bool:
    return not token.endswith(b"EXAMPLE") and is_random(token[4:])


def _is_no_emulator(token: bytes) -> bool:
    """The storage emulator's key is the same for everyone, and published."""
    return is_random(token) and b"=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50u" not in token


def _tail(token: bytes) -> bool:
    """What is behind the last mark of the prefix is random."""
    return is_random(re.split(rb"[-_.:/=]", token)[-1] or token)


def _part(token: bytes) -> dict[str, object]:
    try:
        decoded = json.loads(binascii.a2b_base64(token.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _is_web_token(token: bytes) -> bool:
    """JSON Web Tokens (RFC 7519) that are signed, and not the ones of the tutorials."""
    header, payload, signature = token.split(b".")
    claims = _part(payload)
    is_tutorial = claims.get("sub") in ("1234567890", "test", "user") or claims.get("name") == "John Doe"
    is_a_session = not is_tutorial and not claims.keys().isdisjoint(("exp", "iat", "nbf", "jti", "iss", "aud", "sub"))
    return isinstance(_part(header).get("alg"), str) and is_a_session and is_random(signature)


def _last(count: int) -> Callable[[bytes], bool]:
    return lambda token: is_random(token[-count:])


_START = rb"(?<![A-Za-z0-9_-])"


def _key(
    rule: str,
    what: str,
    hints: str,
    pattern: bytes,
    holds: Callable[[bytes], bool] = is_random,
    severity: Severity = Severity.DENY,
    form: Form = Form.BEGINS,
) -> Shape:
    start = _START if form in _BEGINNING_SO else b""
    return Shape(rule, what, tuple(hints.encode().split()), start + pattern, holds, severity, form)


def _found(
    rule: str, what: str, hint: str, pattern: bytes, holds: Callable[[bytes], bool] = is_random, severity: Severity = Severity.DENY
) -> Shape:
    return Shape(rule, what, (hint.encode(),), pattern, holds, severity, Form.ANYWHERE)


_KEY_LINES = rb"-----(?:[\s\"'+\\,]|\\[nr]|(?:Proc-Type|DEK-Info|Version|Comment|Hash):[^\n\\]{0,100}){1,40}[A-Za-z0-9+/=]{40,}"
_END = rb"(?![A-Za-z0-9_-])"

_AWS_SECRET = rb"(?i:aws.?secret.{0,20}[=:]\s{0,4})[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
_SLACK_HOOK = rb"hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]{7,12}/[AB][A-Z0-9]{7,12}/[A-Za-z0-9]{20,30}"
_WEB_TOKEN = rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{20,}"

SHAPES = (
    # --- private keys
    _found("SEC-001", "a private key", "PRIVATE KEY-----", rb"-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY" + _KEY_LINES, _last(40)),
    _found(
        "SEC-001",
        "an encrypted private key",
        "ENCRYPTED PRIVATE",
        rb"-----BEGIN ENCRYPTED PRIVATE KEY" + _KEY_LINES,
        _last(40),
        Severity.REVIEW,
    ),
    _found("SEC-001", "a PGP private key", "PGP PRIVATE KEY", rb"-----BEGIN PGP PRIVATE KEY BLOCK" + _KEY_LINES, _last(40)),
    _found("SEC-001", "a PuTTY key", "Private-Lines: ", rb"Private-Lines: \d{1,4}\s{1,4}[A-Za-z0-9+/=]{40,}", _last(40)),
    _key("SEC-001", "an age key", "AGE-SECRET-KEY-1", rb"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}", _last(58)),
    _found("SEC-001", "a private JSON Web Key", '"kty"', rb'"d"\s{0,4}:\s{0,4}"[A-Za-z0-9_-]{43,}"'),
    # --- clouds
    _key("SEC-002", "an AWS access key", "AKIA", rb"AKIA[A-Z2-7]{16}" + _END, _is_key_id),
    _key("SEC-002", "a temporary AWS access key", "ASIA", rb"ASIA[A-Z2-7]{16}" + _END, _is_key_id),
    _key("SEC-002", "an AWS secret key", "aws_secret AWS_SECRET aws-secret awsSecret AwsSecret", _AWS_SECRET, _last(40), form=Form.BROKEN),
    _key("SEC-002", "a Google API key", "AIza", rb"AIza[A-Za-z0-9_-]{35}" + _END),
    _key("SEC-002", "a Google OAuth secret", "GOCSPX-", rb"GOCSPX-[A-Za-z0-9_-]{28}" + _END),
    _key("SEC-002", "a Google access token", "ya29.", rb"ya29\.[A-Za-z0-9_-]{40,}"),
    _key("SEC-002", "an Azure storage key", "AccountKey=", rb"AccountKey=[A-Za-z0-9+/]{86}==", _is_no_emulator),
    _key("SEC-002", "an Azure client secret", "8Q~", rb"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}" + _END, form=Form.RUN),
    _key("SEC-002", "a shared access signature", "sig=", rb"[?&]sig=[A-Za-z0-9%+/]{40,60}(?:%3[dD]|=)", form=Form.RUN),
    _key("SEC-002", "a DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", rb"do[opr]_v1_[a-f0-9]{64}", _tail),
    _key("SEC-002", "an Alibaba access key", "LTAI", rb"LTAI[A-Za-z0-9]{20}" + _END),
    _key("SEC-002", "a Vault token", "hvs. hvb.", rb"hv[sb]\.[A-Za-z0-9_-]{24,}"),
    _key("SEC-002", "a Terraform token", ".atlasv1.", rb"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}", form=Form.RUN),
    _key("SEC-002", "a Databricks token", "dapi", rb"dapi[a-f0-9]{32}(?:-\d)?" + _END, _last(32)),
    # --- hosts of code and packages
    _key("SEC-003", "a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", rb"gh[pousr]_[A-Za-z0-9]{36}" + _END, _has_checksum),
    _key("SEC-003", "a GitHub token", "github_pat_", rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}" + _END, _tail),
    _key(
        "SEC-003",
        "a GitLab token",
        "glpat- glptt- gldt- glrt- glcbt- glsoat- glft- glimt- glagent-",
        rb"gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20,}",
    ),
    _key("SEC-003", "an npm token", "npm_", rb"npm_[A-Za-z0-9]{36}" + _END, _has_checksum),
    _key("SEC-003", "a PyPI token", "pypi-AgE", rb"pypi-AgE[A-Za-z0-9_-]{50,}"),
    _key("SEC-003", "a Docker token", "dckr_pat_ dckr_oat_", rb"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}"),
    _key("SEC-003", "a RubyGems key", "rubygems_", rb"rubygems_[a-f0-9]{48}" + _END, _tail),
    _key("SEC-003", "a crates.io token", "cio", rb"cio[A-Za-z0-9]{32}" + _END),
    # --- models
    _key(
        "SEC-004",
        "an Anthropic key",
        "sk-ant-",
        rb"sk-ant-(?:api|admin|oat|sid)\d\d-[A-Za-z0-9_-]{80,}",
        _last(60),
    ),
    _key("SEC-004", "an OpenAI key", "sk-", rb"sk-[A-Za-z0-9_-]{20,120}T3BlbkFJ[A-Za-z0-9_-]{20,120}"),
    _key("SEC-004", "an OpenRouter key", "sk-or-v1-", rb"sk-or-v1-[a-f0-9]{64}" + _END, _tail),
    _key("SEC-004", "a Hugging Face token", "hf_", rb"hf_[A-Za-z]{34}" + _END),
    _key("SEC-004", "a Groq key", "gsk_", rb"gsk_[A-Za-z0-9]{52}" + _END),
    _key("SEC-004", "an xAI key", "xai-", rb"xai-[A-Za-z0-9]{80}" + _END),
    _key("SEC-004", "a Replicate token", "r8_", rb"r8_[A-Za-z0-9]{37}" + _END),
    _key("SEC-004", "a Perplexity key", "pplx-", rb"pplx-[A-Za-z0-9]{48}" + _END),
    # --- services
    _key(
        "SEC-005",
        "a Slack token",
        "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-",
        rb"xox[abeoprs]-(?:\d-)?[A-Za-z0-9]+-[A-Za-z0-9-]{20,200}",
        _tail,
    ),
    _key("SEC-005", "a Slack app token", "xapp-", rb"xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{60,70}", _tail),
    _key(
        "SEC-005",
        "a Slack webhook",
        "hooks.slack.com",
        _SLACK_HOOK,
        _tail,
    ),
    _key("SEC-005", "a Stripe key", "sk_live_ rk_live_", rb"[rs]k_live_[A-Za-z0-9]{24,}", _tail),
    _key("SEC-005", "a webhook's secret", "whsec_", rb"whsec_[A-Za-z0-9+/]{32,}", _last(32)),
    _key("SEC-005", "a SendGrid key", "SG.", rb"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}" + _END),
    _key("SEC-005", "a Mailgun key", "key-", rb"key-[a-f0-9]{32}" + _END, _tail),
    _key(
        "SEC-005",
        "a Discord webhook",
        "/api/webhooks/",
        rb"discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{60,80}",
        _tail,
        form=Form.RUN,
    ),
    _key("SEC-005", "a Telegram bot's token", ":AA", rb"\d{8,10}:AA[A-Za-z0-9_-]{33}" + _END, _last(33), form=Form.RUN),
    _key("SEC-005", "a Shopify token", "shpat_ shpca_ shppa_ shpss_", rb"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}" + _END, _tail),
    _key("SEC-005", "a Square token", "sq0atp- sq0csp-", rb"sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}" + _END),
    _key("SEC-005", "a Linear key", "lin_api_", rb"lin_api_[A-Za-z0-9]{40}" + _END, _tail),
    _key("SEC-005", "a Notion token", "ntn_", rb"ntn_[A-Za-z0-9]{40,50}" + _END, _tail),
    _key("SEC-005", "a Postman key", "PMAK-", rb"PMAK-[a-f0-9]{24}-[a-f0-9]{34}" + _END, _tail),
    _key("SEC-005", "a Grafana token", "glsa_ glc_", rb"gl(?:sa|c)_[A-Za-z0-9+/=]{32,}(?:_[a-f0-9]{8})?"),
    _key("SEC-005", "a Sentry token", "sntrys_ sntryu_", rb"sntry[su]_[A-Za-z0-9+/=_-]{60,}"),
    _key("SEC-005", "an Atlassian token", "ATATT3", rb"ATATT3[A-Za-z0-9_=-]{100,}"),
    _key("SEC-005", "a Supabase token", "sbp_", rb"sbp_[a-f0-9]{40}" + _END, _tail),
    _key("SEC-005", "a Twilio key", "SK", rb"SK[a-f0-9]{32}" + _END, _last(32), Severity.REVIEW),
    # --- tokens of sessions
    _key(
        "SEC-006",
        "a signed token (JWT)",
        "eyJ",
        _WEB_TOKEN,
        _is_web_token,
        Severity.REVIEW,
    ),
)
_BROKEN = tuple((shape, hint) for shape in SHAPES if shape.is_broken for hint in shape.hints)
_SIGNS = (b"PRIVATE", b"Private-Lines", b'"kty"', b"ecret", b"ECRET")
"""One of them is in every hint of those."""
_UNBROKEN = tuple((shape, hint) for shape in SHAPES if not shape.is_broken for hint in shape.hints)


def shapes_in(content: bytes) -> list[Shape]:
    """Those of which a hint is there, each once, in the order of the table."""
    runs = _long_runs(content)
    hinted = [shape for shape, hint in _UNBROKEN if hint in runs]
    if any(sign in content for sign in _SIGNS):
        hinted += [shape for shape, hint in _BROKEN if hint in content]
    return [shape for shape in SHAPES if shape in hinted] if hinted else []
