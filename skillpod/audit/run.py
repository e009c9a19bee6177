"""The audit: every Python file of a bundle read, judged by every rule, and compared with what the manifest asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from skillpod.audit.comparison import compare
from skillpod.audit.facts import Reading
from skillpod.audit.fingerprint import fingerprinted
from skillpod.audit.fixpoint import TooDeep
from skillpod.audit.holders import Whole
from skillpod.audit.modules import Modules
from skillpod.audit.observe import Observer
from skillpod.audit.reach import Reader
from skillpod.audit.rules import (
    agent_skill,
    capabilities,
    contents,
    descriptions,
    dynamic,
    file_names,
    files,
    imports,
    output,
    packages,
    reflection,
    secrets,
    tampering,
    text,
    unseen,
)
from skillpod.audit.ruleset import RULESET
from skillpod.audit.source import Source, read_source
from skillpod.audit.survey import TooLarge
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NOTHING
from skillpod.model.comparison import Comparison
from skillpod.model.finding import CapabilityUse, Finding, Report, Severity
from skillpod.model.manifest import Manifest

MAX_SOURCES = 4 * 1024 * 1024
"""Bytes of Python source in one bundle."""

MAX_FINDINGS = 500

Rule = Callable[[Reading, Manifest | None], Iterator[Finding]]
RULES: tuple[Rule, ...] = (
    imports.check,
    dynamic.check,
    reflection.check,
    tampering.check,
    capabilities.check,
    descriptions.check,
    output.check,
)
"""Each judges one file by what was read in it."""

BundleRule = Callable[[Bundle, Manifest | None], Iterator[Finding]]
BUNDLE_RULES: tuple[BundleRule, ...] = (
    files.check,
    file_names.check,
    contents.check,
    secrets.check,
    unseen.check,
    agent_skill.check,
    text.check,
    packages.check,
)
"""Each judges the bundle's files as such, whatever is in them."""

_TESTS = "tests/"


def run(bundle: Bundle, manifest: Manifest | None, *, rules: Sequence[Rule] = RULES) -> Report:
    """Every finding for a bundle, and the capabilities its code seems to use. An audit that fails is a denial; raises MemoryError only, for
    whoever bounds the memory can say by how much (``skillpod.sandbox.throwaway``).

    ``manifest`` None: nothing is asked for. What is found in a file below ``tests/`` that no other file of the skill imports, directly or
    through others, can't run in a guest and is a notice.
    """
    try:
        found, uses, rows, sources = _audit(bundle, manifest, rules)
        shown = tuple(fingerprinted(_in_order(found), bundle, sources))
    except MemoryError:
        raise
    except Exception as fault:  # noqa: BLE001  # SAFE: a stranger's code was read; whatever went wrong, the answer is no
        failed = Finding(
            rule="AUD-001",
            severity=Severity.DENY,
            file="manifest.yaml",
            message=f"the audit failed ({type(fault).__name__})",
            fix="this is a fault of skillpod: report it with the skill's folder",
        )
        return Report(digest=bundle.digest, findings=tuple(fingerprinted([failed], bundle, {})), ruleset=RULESET)
    return Report(digest=bundle.digest, findings=shown, capabilities=tuple(sorted(set(uses))), comparison=rows, ruleset=RULESET)


def _audit(
    bundle: Bundle, manifest: Manifest | None, rules: Sequence[Rule]
) -> tuple[list[Finding], list[CapabilityUse], tuple[Comparison, ...], dict[str, Source]]:
    found = [finding for rule in BUNDLE_RULES for finding in rule(bundle, manifest)]
    python = {name: content for name, content in bundle.files.items() if name.lower().endswith((".py", ".pyw"))}
    size = sum(map(len, python.values()))
    if size > MAX_SOURCES:
        found.append(_too_large(f"the skill has {size} bytes of Python; at most {MAX_SOURCES} are audited"))
        return found, [], (), {}
    sources, faults = _read(python)
    package, programs = (manifest.name.replace("-", "_"), manifest.scripts) if manifest else ("", ())
    readers, refusals = _readers(sources.values(), Modules(python, package=package, programs=programs))
    faults += refusals
    readings, refusals = _observe(readers, sources)
    faults += refusals
    reachable = _reachable(python, readers)
    found += [_in_tests(finding) if finding.file not in reachable else finding for finding in faults]
    uses: list[CapabilityUse] = []
    asked = manifest.permissions if manifest else NOTHING
    for reading in readings:
        judged = [finding for rule in rules for finding in rule(reading, manifest)]
        if reading.file in reachable:
            found += judged
            uses += capabilities.capabilities(reading, asked)
        else:
            found += map(_in_tests, judged)
    rows = compare(uses, asked)
    is_whole = len(readings) == len(python)  # what was not read may use what nothing else seems to
    found += [finding for finding in capabilities.of_manifest(rows) if is_whole or finding.rule != "CAP-006"]
    return found, uses, rows, sources


# --- reading ---------------------------------------------------------------------------------------------------------------------


def _read(python: dict[str, bytes]) -> tuple[dict[str, Source], list[Finding]]:
    sources: dict[str, Source] = {}
    faults: list[Finding] = []
    for name, content in python.items():
        source, findings = read_source(name, content)
        faults += findings
        if source is not None:
            sources[name] = source
    return sources, faults


def _readers(sources: Iterable[Source], modules: Modules) -> tuple[dict[str, Reader], list[Finding]]:
    whole = Whole()
    faults: list[Finding] = []
    for source in sources:
        try:
            whole.readers[source.file] = Reader(source, modules, whole)
        except TooLarge:
            faults.append(_too_large("the file has too many syntax nodes to be audited", source.file))
    return whole.readers, faults


def _observe(readers: dict[str, Reader], sources: dict[str, Source]) -> tuple[list[Reading], list[Finding]]:
    readings: list[Reading] = []
    faults: list[Finding] = []
    for file, reader in readers.items():
        try:
            readings.append(Reading(file, Observer(reader).facts(), sources[file].text.split("\n")))
        except (TooDeep, RecursionError):
            faults.append(_too_large("an expression is nested too deeply, or names hang together in too many ways, to be followed", file))
    return readings, faults


def _reachable(python: Iterable[str], readers: dict[str, Reader]) -> set[str]:
    """Every file but those below ``tests/`` that nothing else imports: packages above an imported module run too."""
    reached = {name for name in python if not name.startswith(_TESTS)}
    pending = list(reached)
    while pending:
        reader = readers.get(pending.pop())
        for file in reader.imported_files() if reader else ():
            if file not in reached:
                reached.add(file)
                pending.append(file)
    return reached


# --- findings --------------------------------------------------------------------------------------------------------------------


def _too_large(message: str, file: str = "manifest.yaml") -> Finding:
    return Finding(rule="SRC-007", severity=Severity.DENY, file=file, message=message, fix="split it, or move data out of the code")


def _in_tests(finding: Finding) -> Finding:
    if finding.severity is Severity.NOTICE:
        return finding
    message = f"{finding.message} (in a test that no module of the skill imports)"
    return replace(finding, severity=Severity.NOTICE, message=message, fix="nothing, as long as no module of the skill imports this file")


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    ordered = sorted(dict.fromkeys(found), key=lambda finding: (finding.file, finding.line, finding.column, finding.rule, finding.message))
    if len(ordered) <= MAX_FINDINGS:
        return tuple(ordered)
    worst_first = sorted(ordered, key=lambda finding: finding.severity is not Severity.DENY)
    kept = set(worst_first[:MAX_FINDINGS])
    more = Finding(
        rule="AUD-002",
        severity=Severity.REVIEW,
        file="manifest.yaml",
        message=f"there are {len(ordered) - MAX_FINDINGS} more findings, which are not shown",
        fix="mend those that are shown first",
    )
    return (*(finding for finding in ordered if finding in kept), more)
