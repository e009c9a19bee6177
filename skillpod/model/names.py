"""Names: of skills, of the tools they export, and of the files a folder may hold."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from skillpod.model.later import later

SKILL_NAME = later(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
SKILL_NAME_LIMIT = 64
EXPORTED_NAME = later(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}")
EXPORTED_LIMIT = 64
_HASH_LENGTH = 6

SIDECAR = later(r"skill\.oms(\.[A-Za-z0-9]+)?\.sig")
"""Signature evidence in the root of a folder: beside the bundle, not part of its digest, and no guest sees it."""

_RESERVED = later(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
"""Names of devices on Windows, whatever follows a dot (Microsoft, "Naming Files, Paths, and Namespaces")."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
NATIVE = "native code and path hooks can't be in a skill"
_FORBIDDEN_SUFFIXES = (".so", ".pyd", ".dylib", ".dll", ".pth", ".egg-link")
_VERSIONED_LIBRARY = later(r".*\.so(\.[0-9]+)+", re.IGNORECASE)


def is_skill_name(text: str) -> bool:
    return len(text) <= SKILL_NAME_LIMIT and SKILL_NAME.fullmatch(text) is not None


def exported_name(skill: str, tool: str) -> str:
    """``skill__tool``, at most 64 characters; a longer one is cut and ends in 6 characters of its own hash."""
    whole = f"{skill}__{tool}"
    if len(whole) <= EXPORTED_LIMIT:
        return whole
    mark = hashlib.sha256(whole.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{whole[: EXPORTED_LIMIT - _HASH_LENGTH - 1]}_{mark}"


def file_name_fault(name: str) -> str:
    """Why a relative POSIX path may not be in a bundle, or the empty string when it may."""
    lowered = name.lower()
    if lowered.endswith(_FORBIDDEN_SUFFIXES) or _VERSIONED_LIBRARY.fullmatch(lowered):
        return path_fault(name) or NATIVE
    return path_fault(name)


def path_fault(name: str) -> str:
    """Why a relative POSIX path is no name for a file, whatever is in it; or the empty string."""
    if unicodedata.normalize("NFC", name) != name:
        return "the name is not in Unicode normal form C"
    for part in name.split("/"):
        fault = _part_fault(part)
        if fault:
            return fault
    return ""


def _part_fault(part: str) -> str:
    if part in ("", ".", ".."):
        return "the path has an empty, `.` or `..` part"
    categories = {unicodedata.category(char) for char in part}
    if categories & _UNSEEN:
        return "the name has a control, format, bidi or surrogate character"
    if "Cn" in categories:  # what it folds and normalizes to is not settled, and differs between Python versions
        return "the name has a character that Unicode has not assigned"
    if "\\" in part or ":" in part:
        return "the name has a backslash or a colon"
    if part != part.rstrip(" .") or part != part.lstrip(" "):
        return "the name begins or ends with a space, or ends with a dot"
    if _RESERVED.fullmatch(part):
        return "the name is reserved on Windows"
    return ""


def collision_key(name: str) -> str:
    """Two names with one key would be one file on a case-folding filesystem (Unicode 3.13, D145: canonical caseless match)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
