"""IMP: modules and packages a skill can't use, and members of allowed modules that do what such a module does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillpod.audit.aims import SHELL
from skillpod.audit.facts import Aim, Reading, Star, Use, What
from skillpod.audit.judgement import judged
from skillpod.audit.standard import BY_MEMBERS, GUARDED, HARMLESS_PRIVATE, PERMITTED, Reach, is_private, standing
from skillpod.model.finding import Finding, Severity
from skillpod.model.manifest import Manifest

_RULES = {
    Reach.PROGRAMS: "IMP-001",
    Reach.NATIVE: "IMP-002",
    Reach.LOADER: "IMP-003",
    Reach.SYSTEM: "IMP-007",
}
_FIXES = {
    Reach.PROGRAMS: "do it in Python; or ask for the program by name (`permissions.programs`), which a person must then approve",
    Reach.NATIVE: "use pure Python or the standard library's own functions",
    Reach.LOADER: "write `import name` or `from .name import ...`: siblings are found without help; files are read by `ctx.read_bytes`",
    Reach.SYSTEM: "remove it, or leave it to whoever runs the skill",
}
SDK_NAMES = frozenset(
    {
        "tool",
        "Audio",
        "Cancelled",
        "Content",
        "Context",
        "Field",
        "FetchError",
        "File",
        "Finished",
        "Image",
        "ProgramError",
        "Response",
        "SecretError",
        "State",
        "StateError",
        "VolumeError",
        "testing",
    }
)


_TESTING = frozenset({"Recorder", "context"})


def check(reading: Reading, manifest: Manifest | None) -> Iterator[Finding]:
    programs = {(aim.spot, aim.use): aim.targets for aim in reading.of(Aim) if aim.kind == "programs"}
    imported = {use.path for use in reading.of(Use) if use.is_import and use.what is What.MODULE and _is_refused(use)}
    for use in reading.of(Use):
        if use.what is What.MEMBER and use.call is None and not use.is_import and _is_said(use, imported):
            continue
        if use.what is What.FOREIGN and use.is_import:
            yield from _third_party(use, reading, manifest)
        elif use.what is What.SDK:
            yield from _sdk(use, reading)
        elif use.what in (What.MODULE, What.MEMBER):
            yield from _standard(use, reading, manifest, programs.get((use.spot, use.path), ()))
    for star in reading.of(Star):
        if star.path in BY_MEMBERS or star.path.partition(".")[0] in (*GUARDED, "skillpod"):
            message = f"`from {star.path} import *` takes names that can't be told apart from the skill's own"
            yield reading.finding(
                "IMP-006",
                Severity.DENY,
                star.spot,
                message,
                f"import what is used by its name: `from {star.path} import ...`",
                subject=star.path,
            )


def _is_refused(use: Use) -> bool:
    return use.what in (What.MODULE, What.MEMBER) and judged(use).reach not in PERMITTED


def _is_said(use: Use, imported: set[str]) -> bool:
    """Whether the file's own import of the whole module is already a finding: then only calls are worth one more."""
    module = use.path.partition(".")[0]
    return module in imported and standing(use.path) == standing(module) and standing(module).reach not in PERMITTED


def _standard(use: Use, reading: Reading, manifest: Manifest | None, programs: Sequence[str]) -> Iterator[Finding]:
    stands = judged(use)
    if is_private(use.path.partition(".")[0]) and stands.reach not in PERMITTED:
        yield reading.finding(
            "IMP-005",
            Severity.DENY,
            use.spot,
            f"{use.words}: a private module of the interpreter",
            "use the public module it serves",
            subject=use.path,
        )
    elif not stands.is_listed:
        module = use.path.partition(".")[0]
        fix = f"use a public member of {module} that Python documents; if this one is and is harmless, it belongs on the list"
        yield reading.finding(
            "IMP-008", Severity.DENY, use.spot, f"{use.words}: not on the list of what a skill may use of {module}", fix, subject=use.path
        )
    elif use.what is What.MEMBER and _is_private_member(use.path):
        message = f"{use.words}: a private member of a module"
        yield reading.finding("IMP-010", Severity.REVIEW, use.spot, message, "use a public member", subject=use.path)
    elif stands.reach is Reach.MACHINE and not use.is_import:
        message = f"{use.words}: {Reach.MACHINE.value}; in a guest that is a made-up one"
        fix = "do without, if it only has to be unique: `uuid.uuid4()`, `secrets.token_hex()`"
        yield reading.finding("IMP-011", Severity.NOTICE, use.spot, message, fix, subject=use.path)
    elif stands.reach in _RULES:
        if stands.reach is Reach.PROGRAMS and manifest is not None and manifest.permissions.programs:
            return  # CAP-003 asks for a person's eyes
        fix = _asking(programs) or _FIXES[stands.reach]
        yield reading.finding(_RULES[stands.reach], Severity.DENY, use.spot, f"{use.words}: {stands.reach.value}", fix, subject=use.path)


def _asking(programs: Sequence[str]) -> str:
    """The permission to add, where the programs are written there; nobody should ask for a shell."""
    named = [program for program in programs if program != SHELL]
    how = "start the program itself with a list of words, and ask" if SHELL in programs else "ask"
    return f"do it in Python; or {how}: `tier: system` and `permissions: {{programs: [{', '.join(named)}]}}`" if named else ""


def _is_private_member(path: str) -> bool:
    if "._" not in path:
        return False
    module, *rest = path.split(".")
    if module == "builtins" or path.startswith(tuple(HARMLESS_PRIVATE)):
        return False
    return standing(path).reach in PERMITTED and any(part.startswith("_") and not part.startswith("__") for part in rest)


def _third_party(use: Use, reading: Reading, manifest: Manifest | None) -> Iterator[Finding]:
    """Nothing of what the manifest locks: the package itself is a finding there (PKG)."""
    package = use.path.partition(".")[0]
    locked = manifest.requires.packages if manifest else ()
    if any(package in ask.imports for ask in locked):
        return
    if use.is_attempted:
        message = f"`{package}` is not there for a skill: this import fails, and what catches it runs"
        yield reading.finding("IMP-004", Severity.NOTICE, use.spot, message, "leave out what never runs", subject=use.path)
        return
    message = f"`{package}` is neither the standard library's, nor a file of this skill, nor of a package it requires"
    fix = (
        f"add `{package}` to the `imports` of its package under `requires.packages`"
        if locked
        else "copy the module into the folder; or lock the package under `requires.packages`, as `skillpod deps lock` prints it"
    )
    yield reading.finding("IMP-004", Severity.DENY, use.spot, message, fix, subject=use.path)


def _sdk(use: Use, reading: Reading) -> Iterator[Finding]:
    _, _, rest = use.path.partition(".")
    name, _, inside = rest.partition(".")
    if name == "testing" and inside and inside not in _TESTING:
        fix = f"it offers {', '.join(sorted(_TESTING))}"
        yield reading.finding("IMP-009", Severity.DENY, use.spot, f"{use.words}: not a name skillpod offers a test", fix, subject=use.path)
    if name and name not in SDK_NAMES and not name.startswith("__"):
        known = ", ".join(sorted(SDK_NAMES))
        yield reading.finding(
            "IMP-009", Severity.DENY, use.spot, f"{use.words}: not a name skillpod offers a skill", f"it offers {known}", subject=use.path
        )
