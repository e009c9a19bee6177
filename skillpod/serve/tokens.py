"""Tokens: who holds one, in which roles, which skills it shows them and until when. Only a token's hash is kept."""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from skillpod.documents import read_json, schema_faults
from skillpod.errors import CommandInvalid, ConfigInvalid, DocumentInvalid, SkillpodError, TokenRefused, UnknownToken
from skillpod.model.command import OWNER, Caller
from skillpod.model.principal import Principal, Role

FILE = "tokens.json"
PREFIX = "skp_"
MAX_BYTES = 1024 * 1024
DAY = 86400.0
LASTS = 90 * DAY
"""Seconds a token counts when nobody says otherwise."""
LONGEST = 366 * DAY
"""Seconds a token may be made for; for longer there is only ``inf``, which has to be said."""

HOW = "send `Authorization: Bearer TOKEN`"

_RESERVED = frozenset({OWNER.principal, "folder", "local", "root", "skillpod"})
"""What the journal calls others who act: nobody may be taken for them."""
_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_PATTERN = re.compile(r"[a-z0-9_\-*?\[\]!]{1,64}")
_SHAPE: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["tokens"],
    "properties": {
        "tokens": {
            "type": "array",
            "maxItems": 1000,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "sha256", "created", "skills"],
                "properties": {
                    "name": {"type": "string", "maxLength": 64, "pattern": f"^{_NAME.pattern}$"},
                    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    "created": {"type": "number"},
                    "expires": {"type": ["number", "null"], "minimum": 0},  # null: never; not there, as in files of before: never
                    "roles": {"type": "array", "uniqueItems": True, "items": {"enum": [role.value for role in Role]}},
                    "skills": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 100,
                        "items": {"type": "string", "pattern": f"^{_PATTERN.pattern}$"},
                    },
                },
            },
        }
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """``digest`` is the SHA-256 of the token in hex (it has 256 random bits: no salt is needed), ``created`` and ``until`` seconds since
    1970 (infinite: it does not end), ``skills`` the patterns of the skills its holder sees. With no role its holder may use tools."""

    name: str
    digest: str
    created: float
    skills: tuple[str, ...]
    roles: frozenset[Role] = frozenset()
    until: float = inf

    @property
    def principal(self) -> Principal:
        return Principal(name=self.name, roles=self.roles, sees=self.skills)

    @property
    def caller(self) -> Caller:
        return Caller.of(self.principal)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "created": self.created,
            "expires": None if self.until == inf else self.until,
            "roles": list(self.principal.words),
            "skills": list(self.skills),
        }


def mint() -> str:
    """A new token: ``skp_`` and 43 characters that are safe in a URL."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def shown_token(headers: Sequence[str]) -> str:
    """The token that a request's ``Authorization`` headers show; empty when there is none. Raises TokenRefused when they are anything else
    than one bearer token (RFC 6750): who shows something is not taken for who shows nothing."""
    if not headers:
        return ""
    scheme, _, shown = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not shown.strip():
        raise TokenRefused("`Authorization` shows no bearer token", at="Authorization", hint=HOW)
    return shown.strip()


# --- the file ----------------------------------------------------------------------------------------------------------------------


def read_tokens(home: Path) -> tuple[Token, ...] | None:
    """The tokens of a HOME; None when none was ever made. Raises ConfigInvalid."""
    text = _text(home / FILE)
    if text is None:
        return None
    try:
        document = read_json(text, name=FILE)
    except DocumentInvalid as fault:
        raise _unusable([fault]) from fault
    faults = schema_faults(document, _SHAPE, name=FILE)
    if faults:
        raise _unusable(faults)
    tokens = tuple(_token(said) for said in document["tokens"])
    if len({token.name for token in tokens}) != len(tokens):
        raise ConfigInvalid(f"{FILE} has a name twice", at=FILE)
    return tokens


def _token(said: Mapping[str, Any]) -> Token:
    expires = said.get("expires")
    return Token(
        name=said["name"],
        digest=said["sha256"],
        created=float(said["created"]),
        skills=tuple(said["skills"]),
        roles=frozenset(map(Role, said.get("roles", ()))),
        until=inf if expires is None else float(expires),
    )


def add_token(
    home: Path, name: str, skills: Sequence[str] = (), *, token: str, now: float, roles: Iterable[Role] = (), lasts: float = LASTS
) -> Token:
    """Keep a new token's hash under a name, for ``lasts`` seconds. Raises CommandInvalid for a name that can't be or is there and for a
    time that is too long, ConfigInvalid."""
    if not _NAME.fullmatch(name) or len(name) > 64 or name in _RESERVED:
        raise CommandInvalid(
            f"`{name}` can't be the name of a token", at="name", hint="lower-case letters and digits, with single . _ - between"
        )
    for pattern in skills:
        if not _PATTERN.fullmatch(pattern):
            raise CommandInvalid(f"`{pattern}` is no pattern of skills' names", at="skills", hint="as in `text_*` or `find_vulnerability`")
    if not 0 < lasts <= LONGEST and lasts != inf:
        raise CommandInvalid(f"a token counts for at most {LONGEST / DAY:.0f} days", at="expires", hint="`never`, when it must not end")
    made = Token(name=name, digest=digest_of(token), created=now, skills=tuple(skills) or ("*",), roles=frozenset(roles), until=now + lasts)
    with _changing(home):
        tokens = read_tokens(home) or ()
        if any(token.name == name for token in tokens):
            raise CommandInvalid(f"there is a token `{name}` already", at="name", hint=f"`skillpod token revoke {name}` ends that one")
        _write(home, (*tokens, made))
    return made


def remove_token(home: Path, name: str) -> tuple[Token, ...]:
    """End a token; those that are left. Raises UnknownToken, ConfigInvalid."""
    with _changing(home):
        tokens = read_tokens(home) or ()
        left = tuple(token for token in tokens if token.name != name)
        if len(left) == len(tokens):
            raise UnknownToken(f"there is no token `{name}`", hint="`skillpod token list` shows what there is")
        _write(home, left)
    return left


@contextmanager
def _changing(home: Path) -> Iterator[None]:
    """Alone with the file: two who add at once must not lose one."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home / f"{FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(home: Path, tokens: Sequence[Token]) -> None:
    shape = {"tokens": [{**token.as_dict(), "sha256": token.digest} for token in tokens]}
    beside = home / f".{FILE}.new"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(json.dumps(shape, indent=2) + "\n")
        file.flush()
        os.fsync(descriptor)
    os.replace(beside, home / FILE)


def _text(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        raise ConfigInvalid(f"{FILE} can't be read: {fault.strerror}", at=FILE, hint=f"look at {path}") from fault
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise ConfigInvalid(f"{FILE} is open to other users", at=FILE, hint=f"chmod 600 {path}, as its owner")
        text = file.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise ConfigInvalid(f"{FILE} is larger than {MAX_BYTES} bytes", at=FILE)
    return text


def _unusable(faults: Sequence[SkillpodError]) -> ConfigInvalid:
    return ConfigInvalid(f"{FILE} is not as `skillpod token` writes it", at=faults[0].at, hint=f"{faults[0].message}", reasons=faults)


# --- what the door asks ------------------------------------------------------------------------------------------------------------


class Tokens:
    """The tokens that count now: read again when the file changed.

    Once a token was there the door asks for one for as long as it is open: neither the last revocation nor a lost file opens it.
    """

    def __init__(self, home: Path, *, now: Callable[[], float] = time.time) -> None:
        """``now`` gives seconds since 1970. Raises ConfigInvalid."""
        self._home = home
        self._now = now
        self._file = os.fspath(home / FILE)  # joined once: it is looked at with every request
        self._stamp = self._look()
        self._tokens = read_tokens(home)

    @property
    def are_asked(self) -> bool:
        """Whether who comes must show one. Raises ConfigInvalid when what counts can't be known."""
        self._refresh()
        return self._tokens is not None

    @property
    def asks(self) -> bool:
        """As ``are_asked``; yes, when that can't be known."""
        try:
            return self.are_asked
        except ConfigInvalid:
            return True

    @property
    def count(self) -> int:
        return len(self._tokens or ())

    def holder(self, shown: str) -> Token:
        """Whose token this is. Raises TokenRefused for one that is not known or has ended, ConfigInvalid when that can't be known."""
        self._refresh()
        digest = digest_of(shown)
        found = None
        for token in self._tokens or ():
            if hmac.compare_digest(token.digest, digest):  # SAFE: every one is compared, so that time tells nothing
                found = token
        if found is None:
            raise TokenRefused("this token is not known here", at="Authorization", hint="`skillpod token new NAME` makes one")
        if not self._now() < found.until:
            ended = datetime.fromtimestamp(found.until, UTC)
            hint = f"`skillpod token revoke {found.name}` and `skillpod token new {found.name}` make another"
            raise TokenRefused(f"this token of `{found.name}` ended on {ended:%Y-%m-%d at %H:%M:%S} UTC", at="Authorization", hint=hint)
        return found

    def counts(self, token: Token) -> bool:
        """Whether a token that was shown before still opens the door; no, when that can't be known."""
        try:
            self._refresh()
        except ConfigInvalid:
            return False
        return token in (self._tokens or ()) and self._now() < token.until

    def _refresh(self) -> None:
        stamp = self._look()
        if stamp != self._stamp:
            found = read_tokens(self._home)
            self._tokens = () if found is None and self._tokens is not None else found
            self._stamp = stamp  # only now: while the file has a fault, everyone who asks is told

    def _look(self) -> tuple[int, int, int, int]:
        try:
            found = os.stat(self._file, follow_symlinks=False)
        except OSError:
            return (0, 0, 0, 0)
        return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
