"""Passphrases of private keys: asked for on a terminal, or read from a file; never an argument, which every process can read."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from skillpod.errors import CommandInvalid

PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="The key's passphrase: a file's first line. Asked for else."),
]
SHORTEST = 8
"""Characters of a new one."""


def asked(file: Path | None, *, what: str) -> bytes:
    """The passphrase of a key that is there. Raises CommandInvalid where nobody can be asked."""
    return _of_file(file) if file is not None else _prompted(f"passphrase of {what}: ")


def chosen(file: Path | None, *, what: str) -> bytes:
    """A new one, asked for twice. Raises CommandInvalid for one that is too short, or where nobody can be asked."""
    first = asked(file, what=what)
    if len(first.decode(errors="replace")) < SHORTEST:
        raise CommandInvalid(f"the passphrase has less than {SHORTEST} characters", hint="a few words that nobody guesses")
    if file is None and _prompted("the same again: ") != first:
        raise CommandInvalid("the two passphrases differ; nothing was written")
    return first


def _of_file(file: Path) -> bytes:
    found = file.read_bytes().partition(b"\n")[0].removesuffix(b"\r")
    if not found:
        raise CommandInvalid("the first line of the file is empty", at=str(file), hint="write the passphrase into it")
    return found


def _prompted(text: str) -> bytes:
    if not sys.stdin.isatty():
        hint = "give it with --passphrase-file FILE, or run this on a terminal"
        raise CommandInvalid("a passphrase is needed, and there is nobody to ask", hint=hint)
    return getpass.getpass(text).encode()
