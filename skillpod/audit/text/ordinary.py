"""What most texts are: a few words in plain letters, in which nothing can be that the form of a text hides."""

from __future__ import annotations

import re

from skillpod.audit.text import structure
from skillpod.audit.text.decode import SHORTEST, SIGNS, may_be_numbers, may_be_turned
from skillpod.audit.text.normalise import Plain, may_be_closed_up, may_be_undivided, may_be_unmasked

REFERENCE = re.compile(r"&(?:#x?[0-9a-f]{1,6}|nbsp|zwnj|zwj|shy|lrm);", re.IGNORECASE)
"""A character reference that says more than one of the five that all markup needs."""


def is_ordinary(text: str, plain: Plain, known: frozenset[str]) -> bool:
    """Whether there is surely no disguise, nothing hidden, no frame and no code in a text, of which ``plain`` is the normalised form and
    ``known`` are the words worth looking for behind a disguise; clauses may still be in it. Sure only when it says yes."""
    return (
        text.isascii()
        and not structure.has_signs(text)
        and not ("&" in text and ("&#" in text or REFERENCE.search(text)))
        and text.count("\\") < SIGNS > text.count("%")
        and max(map(len, text.split()), default=0) < SHORTEST
        and not may_be_undivided(plain)
        and not structure.may_be_framed(text, plain)
        and not may_be_closed_up(plain)
        and not may_be_numbers(plain)
        and not may_be_unmasked(plain)
        and not may_be_turned(plain, known)
    )
