"""The pod's secrets: read from where the operator keeps them when a call needs one, so that one that was rotated is there at once."""

from __future__ import annotations

import asyncio
import copy
import os
import stat
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from time import monotonic
from types import MappingProxyType
from typing import TypeVar

from skillpod.errors import PathUnusable, SecretUnusable
from skillpod.model.secret import LARGEST, Bound, Kept, Secret, SecretSource
from skillpod.sandbox.aside import aside
from skillpod.sandbox.worker import ProgramWorker

_SECONDS = 10.0
"""How long any source may take to say a secret."""

_PAUSE = 1.0
"""Seconds after a keyring or a command failed that it is not asked again: a skill that asks and asks starts no program each time."""

_Result = TypeVar("_Result")
Sources = Callable[[], Mapping[str, SecretSource]]


def _unsaid(message: str) -> None:
    """Hears of trouble when nobody does."""


class Secrets:
    """``sources`` gives what pod.yaml says now. ``trouble`` hears why a secret could not be had: once, until it can be again."""

    def __init__(self, sources: Sources, *, worker: ProgramWorker | None = None, trouble: Callable[[str], None] = _unsaid) -> None:
        self._sources = sources
        self._worker = worker or ProgramWorker()
        self._trouble = trouble
        self._told: dict[str, str] = {}
        self._kept: dict[str, tuple[SecretSource, float, Secret]] = {}  # with until when, by ``monotonic``
        self._failed: dict[str, tuple[SecretSource, float, SecretUnusable]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    def require(self, names: Collection[str]) -> None:
        """Raises SecretUnusable when one of them has no source: with every reason."""
        faults = [_unsourced(name) for name in sorted(set(names) - self._sources().keys())]
        if len(faults) == 1:
            raise faults[0]
        if faults:
            raise SecretUnusable(f"{len(faults)} secrets can't be had: {faults[0].message}", hint=faults[0].hint, reasons=faults)

    def bound(self, name: str) -> Bound | None:
        """What it is bound to now. Raises SecretUnusable when it has no source."""
        return self._source(name).bound

    async def read(self, name: str) -> Secret:
        """Its value now. Raises SecretUnusable, which names the source and never says the value."""
        try:
            source = self._source(name)
            secret = await (self._remembered(name, source) if source.kept in _REMEMBERED else _read(name, source))
        except SecretUnusable as fault:
            if self._told.get(name) != fault.message:
                self._told[name] = fault.message
                self._trouble(f"{fault.at}: {fault.message}")
            raise
        self._told.pop(name, None)
        return secret

    def _source(self, name: str) -> SecretSource:
        source = self._sources().get(name)
        if source is None:
            raise _unsourced(name)
        return source

    async def _remembered(self, name: str, source: SecretSource) -> Secret:
        """One at a time asks: ten calls that want a secret start no ten programs."""
        async with self._turns.setdefault(name, asyncio.Lock()):
            kept = self._kept.get(name)
            if kept is not None and kept[0] == source and monotonic() < kept[1]:
                return kept[2]
            failed = self._failed.get(name)
            if failed is not None and failed[0] == source and monotonic() < failed[1]:
                raise copy.copy(failed[2])
            try:
                secret = await (self._commanded(name, source) if source.kept is Kept.COMMAND else _from_keyring(name, source))
            except SecretUnusable as fault:
                self._failed[name] = (source, monotonic() + _PAUSE, fault)
                raise
            self._kept[name] = (source, monotonic() + source.keep, secret)
            return secret

    async def _commanded(self, name: str, source: SecretSource) -> Secret:
        try:
            said = await self._worker.ask(source.place, timeout=_SECONDS, most=LARGEST + 2)
        except PathUnusable as fault:
            raise _unusable(name, source, fault.message) from None
        if said.status and len(said.output) <= LARGEST:
            ended = f"took longer than {_SECONDS:g} s" if said.status == -9 else f"ended with status {said.status}"
            raise _unusable(name, source, f"it {ended}", "run it by hand: what it wrote to stderr is not kept here")
        return _checked(name, source, said.output)


_REMEMBERED = frozenset({Kept.KEYRING, Kept.COMMAND})


async def _read(name: str, source: SecretSource) -> Secret:
    if source.kept is Kept.FILE:
        return _checked(name, source, await _within(name, source, lambda: _content(name, source)))
    value = os.environb.get(os.fsencode(source.place[0]))
    if value is None:
        raise _unusable(name, source, "the pod was started without it")
    return _checked(name, source, value)


async def _within(name: str, source: SecretSource, work: Callable[[], _Result]) -> _Result:
    """A disk may hang, and a keyring wait for a person."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await aside(work)
    except TimeoutError:
        raise _unusable(name, source, f"it did not answer within {_SECONDS:g} s", "unlock it: a pod can't answer questions") from None
    except OSError as fault:
        raise _unusable(name, source, fault.strerror or str(fault)) from None


def _content(name: str, source: SecretSource) -> bytes:
    """More than a value may have, where it has more. A link is followed: secrets are commonly mounted behind one. Raises OSError."""
    descriptor = os.open(source.place[0], os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _unusable(name, source, "it is not a plain file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(LARGEST + 3)
    finally:
        os.close(descriptor)


async def _from_keyring(name: str, source: SecretSource) -> Secret:
    value = await _within(name, source, lambda: _keyring_word(name, source))
    if value is None:
        raise _unusable(name, source, "nothing is kept there", f"put it there: keyring set {source.place[0]} {source.place[1]}")
    return _checked(name, source, value.encode("utf-8", "surrogatepass"))


def _keyring_word(name: str, source: SecretSource) -> str | None:
    try:
        import keyring  # SAFE: here, because it is in an extra: most pods never load it
    except ImportError:
        raise _unusable(name, source, "the package keyring is not installed", "pip install 'skillpod[keyring]'") from None
    try:
        return keyring.get_password(*source.place)
    except Exception as fault:  # noqa: BLE001  # SAFE: a backend raises what it likes, in words that may be the secret
        raise _unusable(name, source, f"it does not give it: {type(fault).__name__}", "keyring --list-backends says what it is") from None


def _checked(name: str, source: SecretSource, data: bytes) -> Secret:
    """One line break at the end is an editor's."""
    data = data.removesuffix(b"\n").removesuffix(b"\r")
    if not data:
        raise _unusable(name, source, "it is empty")
    if len(data) > LARGEST:
        raise _unusable(name, source, f"it is larger than {LARGEST // 1024} KiB")
    if b"\0" in data:
        raise _unusable(name, source, "it has a NUL in it, which no text has")
    with suppress(UnicodeDecodeError):
        return Secret(name, data.decode())
    raise _unusable(name, source, "it is not UTF-8", "encode bytes as text: base64")


def _unsourced(name: str) -> SecretUnusable:
    hint = f"write into HOME/pod.yaml: secrets: {{{name}: {{file: /run/secrets/{name.lower()}}}}} (`skillpod test`: --secret NAME=FILE)"
    return SecretUnusable(f"the secret `{name}` has no source", at=_place(name), hint=hint)


def _unusable(name: str, source: SecretSource, why: str, hint: str = "look at it there, or name another source") -> SecretUnusable:
    return SecretUnusable(f"the secret `{name}` can't be had from {source.words}: {why}", at=_place(name), hint=hint)


def _place(name: str) -> str:
    return f"pod.yaml:secrets.{name}"


NO_SECRETS = Secrets(lambda: MappingProxyType({}))
"""Of a sandbox without a pod."""
