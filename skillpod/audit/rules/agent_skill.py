"""SKL: what an Agent Skill asks of other clients, or could make them do. It is shown to the reviewer and never granted, never run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from skillpod.audit.standard import listed
from skillpod.documents import Frontmatter, read_frontmatter, show
from skillpod.errors import DocumentInvalid
from skillpod.model.bundle import Bundle
from skillpod.model.finding import Finding, Severity
from skillpod.model.later import later
from skillpod.model.manifest import DESCRIPTION_LIMIT, Manifest

SKILL_MD = "SKILL.md"
SHOWN = 40
"""Findings of one rule in one folder: a flood of notices must not become a question."""

_STANDARD = frozenset({"name", "description", "license", "compatibility", "metadata", "allowed-tools"})
_COMPATIBILITY_LIMIT = 500
_VERSION = later(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")
_TOOL = later(r"[^\s,()]+(?:\([^)]*\))?")
_HOOK = later(r"(?i:hook|autorun|startup|^run$|^exec|^command|install)|^(?:on|pre|post|before|after|Pre|Post|Session)(?:[-_]|[A-Z])")
_SUBSTITUTION = later(r"(?:^|[\s(>*-])(!`[^`]+`)")
_RUN_FENCE = later(r"\s*(?:`{3,}|~{3,})\s*(?:!|\{\s*(?:ba|z)?sh\b|.*\b(?:hook|autorun|auto-run|run|exec|execute)\b)", re.IGNORECASE)
_COMMENT = later(r"<!--")

_OTHER_PROGRAMS = listed("""
    .sh .bash .zsh .fish .ksh .csh .ps1 .psm1 .bat .cmd .vbs .wsf .js .mjs .cjs .ts .mts .rb .pl .php .lua .awk .tcl .r .jl .go .swift
    .applescript .scpt
""")
_RUN_BY_THEMSELVES = {
    "conftest.py": "pytest",
    "pytest.ini": "pytest",
    "tox.ini": "tox",
    "noxfile.py": "nox",
    "setup.py": "pip",
    "setup.cfg": "pip",
    "pyproject.toml": "pip",
    "sitecustomize.py": "Python",
    "usercustomize.py": "Python",
    ".pre-commit-config.yaml": "pre-commit",
    "makefile": "make",
    "gnumakefile": "make",
    "justfile": "just",
    "taskfile.yml": "task",
    "rakefile": "rake",
    "package.json": "npm",
    "dockerfile": "docker",
    "docker-compose.yml": "docker",
    "compose.yaml": "docker",
    ".envrc": "direnv",
    ".mcp.json": "an agent's client",
    "hooks.json": "an agent's client",
    "settings.json": "an agent's client",
    "claude.md": "an agent's client",
    "agents.md": "an agent's client",
}
_NOT_TOOLS = later(r"(test_.*|conftest|__init__)\.py")


def check(bundle: Bundle, manifest: Manifest | None) -> Iterator[Finding]:
    """Nothing for a folder without SKILL.md. Only notices: none of it can do anything here."""
    content = bundle.files.get(SKILL_MD)
    if content is None:
        return
    try:
        found = read_frontmatter(content, name=SKILL_MD)
    except DocumentInvalid as fault:
        if "manifest.yaml" in bundle.files:  # where it is all there is to read, the reader of manifests refuses it
            yield _notice("SKL-008", f"its frontmatter can't be read, and is passed over: {fault.message}", fix=fault.hint)
    else:
        yield from _frontmatter(found, manifest)
        yield from _capped(_body(found))
    yield from _capped(_other_programs(bundle))
    yield from _capped(_run_elsewhere(bundle))
    yield from _capped(_nested(bundle))
    if manifest is not None:
        yield from _capped(_no_tools(bundle, manifest))


def _notice(rule: str, message: str, *, file: str = SKILL_MD, line: int = 1, column: int = 1, fix: str = "") -> Finding:
    return Finding(rule=rule, severity=Severity.NOTICE, file=file, line=line, column=column, message=message, fix=fix)


def _capped(found: Iterable[Finding]) -> Iterator[Finding]:
    rest = iter(found)
    yield from islice(rest, SHOWN)
    more = list(rest)
    if more:
        yield _notice(more[0].rule, f"and {len(more)} more like these, which are not shown", file=more[0].file)


# --- the frontmatter ---------------------------------------------------------------------------------------------------------------


def _frontmatter(found: Frontmatter, manifest: Manifest | None) -> Iterator[Finding]:
    if manifest is not None and found.values.get("name") != manifest.name:
        yield from _name(found, manifest.name)
    yield from _tools(found)
    yield from _capped(_hooks(found))
    yield from _capped(_unlike_the_standard(found))


def _name(found: Frontmatter, name: str) -> Iterator[Finding]:
    said = found.values.get("name")
    what = f"it calls itself {show(said)}" if said is not None else "it gives itself no name"
    message = f"{what}; here it is `{name}`, as its folder is called, and no other skill's tools can come under its name"
    yield _notice("SKL-007", message, line=found.lines.get("name", 1), fix=f"write `name: {name}`")


def _tools(found: Frontmatter) -> Iterator[Finding]:
    asked = found.values.get("allowed-tools")
    words = _TOOL.findall(asked) if isinstance(asked, str) else [str(tool) for tool in asked] if isinstance(asked, list) else []
    if words:
        named = ", ".join(show(word)[1:-1] for word in words[:SHOWN]) + (f" and {len(words) - SHOWN} more" if len(words) > SHOWN else "")
        message = f"it asks to use without being asked: {named}. SKILL.md grants nothing: this is shown, never granted"
        fix = "a skill's rights are the `permissions` of a manifest.yaml, and the operator's policy decides them"
        yield _notice("SKL-001", message, line=found.lines.get("allowed-tools", 1), fix=fix)


def _hooks(found: Frontmatter) -> Iterator[Finding]:
    for key, value in found.values.items():
        for path in _hook_keys(key, value):
            message = f"{show(path)[1:-1]} looks like a command that a client runs by itself; skillpod never does"
            yield _notice(
                "SKL-002", message, line=found.lines.get(key, 1), fix="make it a program in scripts/, which an agent calls as a tool"
            )


def _hook_keys(key: str, value: Any, path: str = "") -> Iterator[str]:
    here = f"{path}.{key}" if path else key
    if _HOOK.search(key):
        yield here
    elif isinstance(value, Mapping):
        for inner, below in value.items():
            yield from _hook_keys(inner, below, here)


def _unlike_the_standard(found: Frontmatter) -> Iterator[Finding]:
    for key, value in found.values.items():
        why = _oddity(key, value) if key in _STANDARD else f"{show(key)[1:-1]} is not the standard's; nothing acts on it"
        if why:
            yield _notice(
                "SKL-008", why, line=found.lines.get(key, 1), fix="https://agentskills.io/specification says which keys there are"
            )
    metadata = found.values.get("metadata")
    version = metadata.get("version") if isinstance(metadata, Mapping) else None
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        message = f"metadata.version is {show(version)}, which is no version N.N.N: the skill's version is 0.0.0"
        yield _notice("SKL-008", message, line=found.lines.get("metadata", 1), fix='write it as in "1.2.0", in quotes')


def _oddity(key: str, value: Any) -> str:
    if key == "description" and isinstance(value, str) and len(value) > DESCRIPTION_LIMIT:
        return f"the description has {len(value)} characters; agents get the first {DESCRIPTION_LIMIT}"
    if key == "compatibility" and not (isinstance(value, str) and len(value) <= _COMPATIBILITY_LIMIT):
        return f"compatibility is a text of at most {_COMPATIBILITY_LIMIT} characters; it is passed over"
    if key == "license" and not isinstance(value, str):
        return f"license is {show(value)}, not a text; it is passed over"
    if key == "metadata" and not (isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())):
        return "metadata maps names to texts; what is something else is passed over"
    if key == "allowed-tools" and not isinstance(value, str | list):
        return f"allowed-tools is {show(value)}, not a text; it is passed over"
    return ""


# --- the text ------------------------------------------------------------------------------------------------------------------------


def _body(found: Frontmatter) -> Iterator[Finding]:
    for number, line in enumerate(found.body.split("\n"), found.body_line):
        for match in _SUBSTITUTION.finditer(line):
            message = f"{show(match.group(1))[1:-1]}: other clients run this command while they read the skill; skillpod never does"
            fix = "say which tool to call, and let the agent call it"
            yield _notice("SKL-003", message, line=number, column=match.start(1) + 1, fix=fix)
        if _RUN_FENCE.match(line):
            message = "a block that is marked to be run; skillpod runs nothing of what it reads here"
            yield _notice("SKL-003", message, line=number, fix="make it a program in scripts/, which an agent calls as a tool")
        comment = _COMMENT.search(line)
        if comment:
            message = "a comment is not shown where the page is rendered, and a model reads it"
            yield _notice("SKL-011", message, line=number, column=comment.start() + 1, fix="say it openly, or leave it out")


# --- the files -----------------------------------------------------------------------------------------------------------------------


def _other_programs(bundle: Bundle) -> Iterator[Finding]:
    for name, content in bundle.files.items():
        suffix = f".{name.rpartition('.')[2].lower()}"
        if suffix in _OTHER_PROGRAMS or (content.startswith(b"#!") and suffix not in (".py", ".pyw")):
            yield _notice(
                "SKL-004", "a program that is not Python: never run by skillpod", file=name, fix="write it in Python, in scripts/"
            )


def _run_elsewhere(bundle: Bundle) -> Iterator[Finding]:
    for name in bundle.files:
        who = _RUN_BY_THEMSELVES.get(name.rpartition("/")[2].lower())
        if who:
            message = f"{who} reads or runs this file by itself when it is started in the folder; skillpod never does"
            yield _notice("SKL-005", message, file=name, fix="leave it out of what is published")


def _nested(bundle: Bundle) -> Iterator[Finding]:
    for name in bundle.files:
        if name.endswith(f"/{SKILL_MD}"):
            message = "a skill inside the skill is only a text here: it is not mounted, and brings no tools"
            yield _notice("SKL-009", message, file=name, fix="give it a folder of its own, beside this one")


def _no_tools(bundle: Bundle, manifest: Manifest) -> Iterator[Finding]:
    propose = "`skillpod init DIR` proposes a manifest.yaml"
    why, fix = "it only defines things, or a sibling imports it", 'if it should be one, give it an `if __name__ == "__main__":` block'
    if "manifest.yaml" in bundle.files:
        why, fix = "the manifest does not name it", "if it should be one, name it under `scripts`"
    if not manifest.entry and "handler.py" in bundle.files:
        yield _notice("SKL-010", "handler.py gives tools only to a skill with a manifest.yaml", file="handler.py", fix=propose)
    for name in bundle.files:
        folder, _, leaf = name.rpartition("/")
        if folder == "scripts" and leaf.endswith(".py") and name not in manifest.scripts and not _NOT_TOOLS.fullmatch(leaf):
            yield _notice("SKL-010", f"this file is no tool: {why}", file=name, fix=fix)
