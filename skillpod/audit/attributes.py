"""What an attribute is, by what it is taken from: a member of a module, what is stored under the name, or something that looks telling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from skillpod.audit.facts import UNKNOWN, Meaning, Meanings, What
from skillpod.audit.fixpoint import merged
from skillpod.audit.landmarks import TELLING
from skillpod.audit.names import deeper
from skillpod.audit.standard import GUARDED, MODULES, PERMITTED, SUBMODULES, standing, transit

if TYPE_CHECKING:
    from skillpod.audit.reach import Reader

_MAX_PARTS = 8


def of(reader: Reader, base: Meaning, name: str, depth: int) -> Meanings:
    """What an attribute of one thing may be."""
    attribute = _BY_KIND.get(base.what)
    return UNKNOWN if attribute is None else attribute(reader, base, name, depth)


def _of_module(_reader: Reader, base: Meaning, name: str, _depth: int) -> Meanings:
    return (Meaning(What.NAMESPACE, base.path, base.line) if name == "__dict__" else _member(base, name),)


def _of_member(_reader: Reader, base: Meaning, name: str, _depth: int) -> Meanings:
    return (_member(base, name),)


def _of_sdk(_reader: Reader, base: Meaning, name: str, _depth: int) -> Meanings:
    return (Meaning(base.what, f"{base.path}.{name}", base.line),)


def _of_foreign(_reader: Reader, base: Meaning, name: str, _depth: int) -> Meanings:
    """Of a package, which nobody has read. What has the name of a strong module counts as that module: ``requests.sessions.os``."""
    if _is_strong(name):
        return (Meaning(What.MODULE, name, base.line),)
    return (base if base.path.count(".") >= _MAX_PARTS else Meaning(base.what, f"{base.path}.{name}", base.line),)


def _of_field(reader: Reader, _base: Meaning, name: str, _depth: int) -> Meanings:
    is_text = name == "name" and (reader.whole.are_fields_kept or not reader.whole.is_stored_on_others(name))
    return (Meaning(What.TEXT, "field"),) if is_text else UNKNOWN


def _of_some_object(reader: Reader, base: Meaning, name: str, depth: int) -> Meanings:
    guessed, stored = _guess(base, name), reader.whole.field(name, depth + 1)
    if not stored:
        return guessed
    if base.what in (What.SELF, What.CLASS) and guessed == UNKNOWN and reader.whole.is_field_sure(name):
        return stored
    return merged((*guessed, *stored, *UNKNOWN))


def _of_own(reader: Reader, base: Meaning, name: str, depth: int) -> Meanings:
    inside = f"{base.path}.{name}" if base.path else name
    other = reader.sibling(base.path)
    found = other.names.exported(name, deeper(depth)) if other is not None else ()
    if inside in reader.modules.file_of and not (other is not None and other.rebinds(name)):
        return (*found, Meaning(What.OWN, inside, base.line))
    return tuple(Meaning(each.what, each.path, base.line) for each in found) or UNKNOWN


_BY_KIND: Mapping[What, Callable[[Reader, Meaning, str, int], Meanings]] = {
    What.MODULE: _of_module,
    What.MEMBER: _of_member,
    What.OWN: _of_own,
    What.FIELD: _of_field,
    What.SDK: _of_sdk,
    What.FOREIGN: _of_foreign,
    **dict.fromkeys((What.GUESS, What.UNKNOWN, What.SELF, What.CLASS, What.HANDLER, What.CONTEXT), _of_some_object),
}


def _member(base: Meaning, name: str) -> Meaning:
    """An attribute of something in the standard library; a module reached through another is itself."""
    if base.path.count(".") >= _MAX_PARTS:  # judged by its beginning; `x = x.next` would go on for ever
        return base
    path = transit(base.path, name)
    if base.what is What.MODULE and (path in MODULES or path in SUBMODULES):
        return Meaning(What.MODULE, path, base.line)
    if _is_strong(path):
        return Meaning(What.MODULE, path, base.line)
    return Meaning(What.MEMBER, path if base.what is What.MODULE else f"{base.path}.{name}", base.line)


def _is_strong(path: str) -> bool:
    """Whether a module can do more than a skill may do unasked."""
    return path in MODULES and (path in GUARDED or standing(path).reach not in PERMITTED)


def _guess(base: Meaning, name: str) -> Meanings:
    """What an attribute of an unknown value looks like: a telling module, or a member of one."""
    if base.what is What.GUESS and "." not in base.path:
        return (Meaning(What.GUESS, f"{base.path}.{name}", base.line),)
    plain = name.lstrip("_")
    return (Meaning(What.GUESS, plain),) if plain in TELLING else UNKNOWN
