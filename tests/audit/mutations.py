"""Other ways to write a vector that is caught: what an attacker would try next."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from skillpod.model.bundle import Bundle
from tests.audit import rewriting_places, rewriting_texts, rewriting_values
from tests.audit.rewriting import Files, Mutation
from tests.audit.vectors import Vector

MUTATIONS: tuple[Mutation, ...] = (*rewriting_values.MUTATIONS, *rewriting_texts.MUTATIONS, *rewriting_places.MUTATIONS)

_PASSED_ON = ("attribute:attrgetter", "attribute:lambda")
_SPELLED = {
    "REF-007": ("chain:", *_PASSED_ON),  # guesses what an attribute of an unknown value is from the attributes beside it
    "TAM-001": ("chain:",),  # what arrives as a value may be the standard library's: the jail holds what is changed to one process
    "REF-013": ("attribute:", "chain:"),  # a method of a template that is put together, passed on: what it is of is not known there
    "DYN-004": ("chain:",),  # keywords that are passed on, to a function that is
    "CAP-010": ("attribute:", "chain:"),  # a method of the Context, passed on: the host holds it to the grants all the same
    "REF-008": ("text:",),  # the text itself is the finding
    "REF-011": ("chain:", *_PASSED_ON),  # `type`, or a class to derive from, as a value is what honest code passes on
}
"""Rules that go by how something is spelled, and what spells it otherwise: that is another thing, which other rules must stop earlier."""


def mutants(vector: Vector) -> Iterator[tuple[Mutation, Bundle]]:
    """A vector written in every other way that it can be, in an order of its own."""
    files = {name: content.decode() for name, content in vector.bundle.files.items()}
    for mutation in sorted(MUTATIONS, key=lambda mutation: crc32(f"{vector.name} {mutation.name}".encode())):
        changed = None if mutation.name.startswith(_SPELLED.get(vector.expected, ())) else mutated(mutation, files)
        if changed is not None:
            yield mutation, Bundle.freeze({name: content.encode() for name, content in changed.items()})


def mutated(mutation: Mutation, files: Files) -> Files | None:
    """None where the mutation has nothing to change, or Python's grammar does not allow it there."""
    changed = mutation.rewrite(files)
    if changed is None:
        return None
    try:
        for text in changed.values():
            compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return None
    return changed
