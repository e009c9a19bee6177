"""What a command line says of secrets and variables, in place of pod.yaml: pairs of a name and where it is, or what it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from skillpod.errors import CommandInvalid, DocumentInvalid
from skillpod.model.secret import Kept, SecretSource
from skillpod.provisions import read_variables


def secrets_of(pairs: Sequence[str]) -> Mapping[str, SecretSource]:
    """``NAME=FILE``: a value on the command line would be for everyone to read (ps(1)). Raises CommandInvalid."""
    sources: dict[str, SecretSource] = {}
    for name, path in _split(pairs, "--secret", "NAME=FILE"):
        if not os.path.isfile(path):
            hint = "write the value into a file of its own"
            raise CommandInvalid(f"`--secret {name}`: there is no such file", at="--secret", hint=hint)
        sources[name] = SecretSource(kept=Kept.FILE, place=(os.path.abspath(path),))
    return sources


def variables_of(pairs: Sequence[str]) -> Mapping[str, str]:
    """``NAME=VALUE``, held to what pod.yaml is held to. Raises CommandInvalid."""
    said = dict(_split(pairs, "--variable", "NAME=VALUE"))
    faults: list[DocumentInvalid] = []
    read_variables({"variables": said}, faults)
    if faults:
        raise CommandInvalid(faults[0].message, at="--variable", hint=faults[0].hint)
    return said


def _split(pairs: Sequence[str], option: str, shape: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for pair in pairs:
        name, _, said = pair.partition("=")
        if not name or not said or name in seen:
            raise CommandInvalid(f"`{option} {name}` is not {shape}, or is there twice", at=option, hint=f"{option} {shape}, once each")
        seen.add(name)
        yield name, said
