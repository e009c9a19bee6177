"""What is known of a skill, in words for a person. Pure: from the pod's dicts to pieces of text with a style."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.cli.comparing import compared, resource
from skillpod.cli.faults import Line, Span, fault_lines
from skillpod.cli.quantities import counted, duration, moment, size
from skillpod.errors import from_dict
from skillpod.model.approval import Answer
from skillpod.model.capability import Isolation
from skillpod.model.command import Verb
from skillpod.model.digest import short
from skillpod.model.guest import Act, CallResult

COLUMNS = ("NAME", "STATE", "VERSION", "GEN", "TIER", "CALLS", "DIGEST", "TOOLS")

_STATE_STYLES = {
    "live": "green",
    "held": "yellow",
    "waiting": "yellow",
    "starting": "yellow",
    "refused": "red",
    "quarantined": "red",
}

_KINDS = {"volumes": "volumes and other files", "": "anything else"}

# --- in a list ---------------------------------------------------------------------------------------------------------------------


def row(skill: Mapping[str, Any]) -> Sequence[Span | str]:
    """One line of ``skillpod list``, in the order of COLUMNS."""
    return (
        (skill["name"], "bold"),
        (skill["state"], _STATE_STYLES.get(skill["state"], "")),
        skill.get("version") or "-",
        str(skill.get("generation") or "-"),
        skill.get("tier") or "-",
        _calls(skill),
        short(skill.get("digest") or "-"),
        _tools_or_why(skill),
    )


def _calls(skill: Mapping[str, Any]) -> str:
    calls, failures = skill.get("calls") or 0, skill.get("failures") or 0
    return f"{calls} ({failures} failed)" if failures else str(calls)


def _tools_or_why(skill: Mapping[str, Any]) -> Span:
    error, tools = skill.get("error"), skill.get("tools") or []
    if not error:
        return (", ".join(tools), "")
    if skill["state"] == "held":
        return (f"waits for a person: `skillpod holds {skill['name']}` shows what it asks", "yellow")
    why = f"{error['code']}: {error['message']}"
    return (f"{counted(len(tools), 'tool')}; the update was refused: {why}", "yellow") if skill["state"] == "live" else (why, "red")


# --- alone -------------------------------------------------------------------------------------------------------------------------


def sections(skill: Mapping[str, Any]) -> Iterator[Line]:
    """``skillpod show``: who wrote it, which rule let it in, what it may, what it offers, what it did."""
    yield (
        (skill["name"], "bold"),
        f" {skill.get('version') or ''}  ",
        (skill["state"], _STATE_STYLES.get(skill["state"], "")),
        f", generation {skill['generation']}" if skill.get("generation") else "",
    )
    if skill.get("description"):
        yield ("  ", skill["description"])
    yield from _error(skill.get("error"))
    for title, facts in (("identity", _identity(skill)), ("decision", _decision(skill)), ("activity", _activity(skill))):
        lines = [(name, value) for name, value in facts if value]
        if lines:
            yield ("",)
            yield ((title, "bold"),)
            yield from (((f"  {name:<12}", "dim"), value) for name, value in lines)
    yield from _reach(skill)
    yield from _tools(skill.get("tool_specs") or [])
    yield from _list("findings", [finding_line(finding) for finding in skill.get("findings") or []])
    yield from _list("notices", [f"{notice['file']}: {notice['message']}" for notice in skill.get("notices") or []])
    yield from _list("changed by this version", [finding_line(finding) for finding in skill.get("update") or []])
    yield from _list("left out of the bundle", list(skill.get("left_out") or []))
    yield from _list("history, newest last", list(skill.get("history") or []))


def _identity(skill: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "digest", skill.get("digest") or ""
    yield "previous", _previous(skill.get("previous"))
    yield "author", f"{skill['author']} (a claim)" if skill.get("author") and not skill.get("publisher") else skill.get("author") or ""
    yield "publisher", skill.get("publisher") or ""
    yield "signed with", ", ".join(key[:16] for key in skill.get("keys") or ())
    yield "source", skill.get("source") or ""
    yield "mode", skill.get("mode") or ""
    yield "mounted", moment(skill["mounted_at"]) if skill.get("mounted_at") else ""
    yield "config", skill.get("config") or ""


def _previous(previous: Any) -> str:
    return "" if not previous else previous if isinstance(previous, str) else json.dumps(previous)


def _decision(skill: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "rule", skill.get("rule") or ""
    yield "policy", skill.get("policy") or ""
    yield "approved", "; ".join(map(_approval, skill.get("approvals") or ()))
    yield "until", moment(skill["valid_until"]) if skill.get("valid_until") else ""
    yield "tier", skill.get("tier") or ""
    isolation = skill.get("isolation") or ""
    yield "isolation", f"{isolation}: {_IN_PROCESS}" if isolation == Isolation.MODULE.value else isolation
    yield "lifetime", skill.get("lifetime") or ""
    grants = {kind: given for kind, given in (skill.get("grants") or {}).items() if given}
    yield "grants", "; ".join(f"{kind}: {_grant(given)}" for kind, given in grants.items()) or ("nothing" if skill.get("rule") else "")
    yield "volumes", "; ".join(map(_volume, skill.get("volumes") or []))
    yield "programs", "; ".join(f"{program['name']} is {program['path']}" for program in skill.get("programs") or [])
    yield "packages", "; ".join(map(_package, skill.get("packages") or []))
    yield "requires", ", ".join(f"{name} {wanted}".rstrip() for name, wanted in _requires(skill.get("requires")))


_IN_PROCESS = "no wall, it runs in the pod's own process; not a security boundary"


def _approval(given: Mapping[str, Any]) -> str:
    how = " broke the glass" if given["answer"] == Answer.BREAK_GLASS.value else ""
    return f"{given['by']}{how}: {given['reason']}"


def _reach(skill: Mapping[str, Any]) -> Iterator[Line]:
    """For each kind of right: what is asked beside what the audit read, what its calls reached by leave, and
    what the jail saw tried; only where there is something."""
    rows, tried = skill.get("comparison") or [], skill.get("attempts") or []
    reached = dict(_reached((skill.get("usage") or {}).get("reach") or {}))
    kinds = dict.fromkeys([*(row["kind"] for row in rows), *(Act(attempt["act"]).kind for attempt in tried), *reached])
    if kinds:
        yield ("",)
        yield (("what it reaches for", "bold"),)
    for kind in kinds:
        found = [row for row in rows if row["kind"] == kind]
        seen = [attempt for attempt in tried if Act(attempt["act"]).kind == kind]
        yield (f"  {_KINDS.get(kind, kind)}",)
        yield from compared(found, list(map(resource, found)), indent="    ")
        if not found:
            yield (("    not asked for, and the audit read no use of it", "dim"),)
        for words in reached.get(kind, ()):
            yield (("    reached   ", "dim"), words)
        if not seen and kind not in reached:
            yield (("    jail saw  ", "dim"), "nothing")
        for attempt in seen:
            yield (("    jail saw  ", "dim"), (_attempt(attempt), "" if attempt["granted"] else "red"))
    if skill.get("more_attempts"):
        yield (f"  and {counted(skill['more_attempts'], 'attempt')} more",)


def _reached(reach: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """By kind of right, what all calls together reached by leave, in words."""
    if "network" in reach:
        yield "network", [f"{place}: {_traffic(traffic)}" for place, traffic in reach["network"].items()]
    if "secrets" in reach:
        yield "secrets", [", ".join(reach["secrets"])]
    if "programs" in reach:
        yield "programs", [f"{name}, {'once' if count == 1 else f'{count} times'}" for name, count in reach["programs"].items()]


def _traffic(traffic: Mapping[str, int]) -> str:
    made, refused = traffic.get("connections", 0), traffic.get("refused", 0)
    carried = f"{counted(made, 'connection')}, {size(traffic.get('sent', 0))} sent, {size(traffic.get('received', 0))} received"
    return f"{carried}, {refused} refused" if refused else carried


def _attempt(attempt: Mapping[str, Any]) -> str:
    act = "" if attempt["target"].startswith(attempt["act"]) else f"{attempt['act']} "
    times = "" if attempt["count"] == 1 else f", {attempt['count']} times"
    leave = "granted" if attempt["granted"] else "not granted"
    return f"{act}{attempt['target']} ({leave}, by the {attempt['by']}'s word{times})"


def _grant(given: Any) -> str:
    return ", ".join(item if isinstance(item, str) else " ".join(str(value) for value in item.values()) for item in given)


def _volume(volume: Mapping[str, Any]) -> str:
    acts = f" (guests act there {volume['acts']})" if volume.get("acts") else ""
    return f"{volume['name']} is {volume['path']}, to {volume['access']}{acts}"


def _package(package: Mapping[str, Any]) -> str:
    code = "has machine code" if package["native"] else "Python only"
    return f"{package['name']} {package['version']} ({code}, {short(package['digest'])})"


def _requires(requires: Any) -> Iterator[tuple[str, str]]:
    for name, wanted in (requires or {}).items():
        if isinstance(wanted, Mapping):
            yield from ((inner, str(version)) for inner, version in wanted.items())
        elif isinstance(wanted, str) and wanted:
            yield name, wanted
        elif wanted:
            yield name, ", ".join(map(str, wanted))


def _activity(skill: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if skill.get("generation"):
        yield "calls", _calls(skill)
    yield "usage", _usage(skill.get("usage") or {})
    yield "guests", ", ".join(f"{count} {name}" for name, count in (skill.get("census") or {}).items() if count)
    yield "walls", walls_in_brief(skill.get("walls") or [])


def _usage(usage: Mapping[str, Any]) -> str:
    """Of all calls since it was mounted; empty before the first."""
    if not usage.get("wall"):
        return ""
    return f"{duration(usage['cpu'])} cpu in {duration(usage['wall'])}, {size(usage['peak'])} peak"


def walls_in_brief(walls: Sequence[Mapping[str, Any]]) -> str:
    """``14 active, 1 unavailable (cgroup)``; empty when there are none."""
    if not walls:
        return ""
    down = [wall for wall in walls if wall["state"] != "active"]
    brief = f"{len(walls) - len(down)} active"
    return f"{brief}, {len(down)} not: {', '.join(wall['name'] for wall in down)}" if down else brief


def _tools(specs: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    if not specs:
        return
    yield ("",)
    yield (("tools", "bold"),)
    for spec in specs:
        yield ("  ", (spec["exported"], "cyan"), f"({_parameters(spec.get('input_schema') or {})})")
        for text in (spec.get("description") or "").splitlines()[:1]:
            yield ("      ", (text, "dim"))


def _parameters(schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required") or ())
    return ", ".join(f"{name}{'' if name in required else '?'}: {_type(shape)}" for name, shape in (schema.get("properties") or {}).items())


def _type(shape: Any) -> str:
    if not isinstance(shape, Mapping):
        return "any"
    if "enum" in shape:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in shape["enum"])
    if "anyOf" in shape:
        return " | ".join(_type(option) for option in shape["anyOf"])
    if "$ref" in shape:
        return str(shape["$ref"]).rsplit("/", 1)[-1]
    kind = shape.get("type", "any")
    if kind == "array" and "items" in shape:
        return f"list of {_type(shape['items'])}"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def finding_line(finding: Mapping[str, Any]) -> str:
    where = f"{finding['file']}:{finding['line']}:{finding['column']}" if finding.get("line") else finding.get("file", "")
    accepted = finding.get("suppressed")
    by = f" (accepted by {accepted['by']} until {accepted['until']}: {accepted['reason']})" if accepted else ""
    return f"{where}: {finding.get('severity', '')}[{finding.get('rule', '')}] {finding.get('message', '')}{by}"


def _list(title: str, items: Sequence[str]) -> Iterator[Line]:
    if items:
        yield ("",)
        yield ((title, "bold"),)
        yield from (("  ", item) for item in items)


def _error(error: Mapping[str, Any] | None) -> Iterator[Line]:
    if error:
        yield ("",)
        yield from fault_lines(from_dict(error))


# --- after a command, after a call ---------------------------------------------------------------------------------------------------


_DID = {Verb.ROLLBACK: "rolled back to", Verb.RELOAD: "reloaded:", Verb.RESUME: "resumed:", Verb.APPROVE: "approved:"}


def outcome(verb: Verb, skill: Mapping[str, Any]) -> Line:
    """One line: what a command has left behind."""
    name, tools = skill["name"], skill.get("tools") or []
    if skill["state"] != "live":
        return ((name, "bold"), " is ", (skill["state"], _STATE_STYLES.get(skill["state"], "")))
    if skill["state"] == "live" and verb is Verb.DENY:
        return ((name, "bold"), f" is denied; {skill['version']} serves on")
    did = {Verb.ROLLBACK: "rolled back to", Verb.RELOAD: "reloaded:", Verb.RESUME: "resumed:", Verb.APPROVE: "approved:"}.get(
        verb, "mounted:"
    )
    return (
        (name, "bold"),
        f" {did} ",
        (f"{skill.get('version', '')}", "green"),
        f", generation {skill['generation']}, {short(skill['digest'])}",
        f", {counted(len(tools), 'tool')}: {', '.join(tools)}" if tools else "",
    )


def receipt(result: CallResult) -> dict[str, Any]:
    """What a call cost and who answered it, as JSON."""
    return {"usage": result.usage.as_dict(), "skill": result.skill, "generation": result.generation, "digest": result.digest}


def cost(result: CallResult) -> Line:
    """The same in one line."""
    used = result.usage
    return (
        (f"{result.skill} generation {result.generation}, {short(result.digest)}: ", "dim"),
        f"{duration(used.wall)} wall, {duration(used.cpu)} cpu, {size(used.peak)} peak",
    )
