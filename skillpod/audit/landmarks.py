"""Names that the reader tells from others wherever they stand: builtins, modules with a name of their own, methods of mappings."""

from __future__ import annotations

from skillpod.audit.changes import READERS
from skillpod.audit.facts import Meaning, Meanings, What
from skillpod.audit.folding import FOLDED_CALLS
from skillpod.audit.standard import BUILTINS

SDK = "skillpod"
ANY = "?"
"""The path of the names of an object that is not known."""

WATCHED = frozenset({*BUILTINS, "getattr", "setattr", "delattr", "globals", "vars", "locals"})
LOOKERS = frozenset(
    f"builtins.{name}" for name in ("hasattr", "dir", "repr", "str", "print", "isinstance", "id", "bool", "callable", "type")
)
"""Builtins that look at a value and do not hand it on."""

TELLING = frozenset({"os", "sys", "builtins", "posix", "subprocess", "importlib", "ctypes"})
"""Modules whose names are rarely the name of anything else."""

LOOKUPS = frozenset({"get", "pop", "setdefault", "__getitem__"})
"""Methods of a mapping that take a key and give its value."""

FOLLOWED = {
    name.removeprefix("builtins."): (Meaning(What.MEMBER, f"builtins.{name.removeprefix('builtins.')}"),)
    for name in (*WATCHED, "super", "next", "object", "map", *LOOKERS, *READERS, *FOLDED_CALLS)
    if name.startswith("builtins.") or "." not in name
}
"""Builtins that are told from other names: the reader knows what they are, do or give."""
_QUIET = frozenset(FOLLOWED) - WATCHED - {"type", "next", "object", "super", "map"}
"""Those of which there is nothing to say by themselves, nor when they are called."""

MUTE = _QUIET - {name.removeprefix("builtins.") for name in FOLDED_CALLS}
"""Those whose results are nothing, whatever they are given."""

SUPER: Meanings = (Meaning(What.SELF, "super"),)

_OWN = frozenset({What.SELF, What.CLASS})


def is_own(meanings: Meanings | None) -> bool:
    """Whether a name is the object or the class of a method, and nothing else."""
    return meanings is not None and len(meanings) == 1 and meanings[0].what in _OWN
