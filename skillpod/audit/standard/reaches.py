"""What a thing of the standard library can reach, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reach(Enum):
    """What a module or a member of one can reach. The value says it in words, for a finding."""

    PLAIN = "computes, and reaches nothing"
    READING = "reads files"
    FILES = "reads or writes files"
    NETWORK = "reaches the network"
    PROGRAMS = "runs other programs"
    ENVIRONMENT = "reads the environment of the process"
    MACHINE = "tells which machine it runs on"
    NATIVE = "reaches native code or raw memory"
    LOADER = "leads to code that was not audited"
    CODE = "runs text or data as code"
    DATA_AS_CODE = "lets data it reads decide what code runs"
    ANNOTATIONS = "evaluates annotations, which may be text that was not audited"
    HOOKS = "changes how the interpreter itself behaves"
    INSIDES = "reaches into frames, code objects or every object of the process"
    SYSTEM = "changes the process or the machine outside the skill"


PERMITTED = frozenset({Reach.PLAIN, Reach.READING, Reach.FILES, Reach.ENVIRONMENT, Reach.MACHINE})
"""What a skill may use without being asked about it: the jail's constructed environment, empty root and nameless host contain the rest."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``reach`` is of the thing itself; ``is_listed`` is False where it is only refused for not being on a list of what is allowed."""

    reach: Reach
    is_listed: bool = True


def listed(text: str) -> tuple[str, ...]:
    """The words of a table written as text."""
    return tuple(text.split())
