"""What a reviewer reads of a held skill: who asks for what, what would change line by line, what was found and what its trial gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.cli.comparing import comparison_table
from skillpod.cli.faults import Line, Span
from skillpod.cli.portrait import finding_line
from skillpod.cli.quantities import counted, moment
from skillpod.model.digest import short

COLUMNS = ("NAME", "VERSION", "TIER", "ASKED BY", "SINCE", "APPROVED", "DIGEST", "RULE")
REVIEW_COLUMNS = ("SKILL", "BY", "AT", "UNTIL", "DIGEST", "REASON")
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def row(held: Mapping[str, Any]) -> Sequence[Span | str]:
    """One line of ``skillpod holds``."""
    return (
        (held["name"], "bold"),
        held["version"],
        held["tier"],
        held["asked_by"],
        moment(held["since"]),
        f"{len(held['given'])} of {held['needed']}",
        short(held["digest"]),
        held["rule"],
    )


def review_row(broken: Mapping[str, Any]) -> Sequence[Span | str]:
    """One line of ``skillpod reviews``."""
    subject = broken["subject"]
    return (
        (subject["skill"], "bold"),
        broken["by"],
        moment(broken["at"]),
        moment(broken["until"]),
        short(subject["digest"]),
        broken["reason"],
    )


def held_lines(held: Mapping[str, Any]) -> Iterator[Line]:
    """All of one question, the decision's grounds before the code."""
    yield ((held["name"], "bold"), f" {held['version']}  ", ("held", "yellow"), f" since {moment(held['since'])}")
    yield ("  ", held["question"])
    yield from _facts(held)
    yield from _section("changed by this version", map(finding_line, held["update"]))
    yield from _section("findings", map(finding_line, held["findings"]))
    yield from _permissions(held["permissions"])
    yield from _tools(held["tools"])
    yield from _trial(held["trial"])
    yield from _files(held["files"])


def _facts(held: Mapping[str, Any]) -> Iterator[Line]:
    before, signer = held["before"], held["publisher"]
    facts = (
        ("digest", held["digest"]),
        ("before", f"{before['version']}, {short(before['digest'])}" if before else "nothing of this name was mounted"),
        ("author", held["author"] if signer else f"{held['author']} (claims)"),
        ("signed by", f"{signer} ({', '.join(map(short, held['keys']))})" if signer else "nobody"),
        ("asked by", held["asked_by"]),
        ("rule", f"{held['rule']}, of the policy {short(held['policy'])}"),
        ("approved", given(held)),
    )
    for name, value in facts:
        yield ((f"  {name:<12}", "dim"), value)


def given(held: Mapping[str, Any]) -> str:
    """``1 of 2 people have approved: ann until 2027-01-01 00:00:00Z (I have read it)``."""
    by = ", ".join(f"{each['by']} until {moment(each['until'])} ({each['reason']})" for each in held["given"])
    people = "person has" if held["needed"] == 1 else "people have"
    return f"{len(held['given'])} of {held['needed']} {people} approved" + (f": {by}" if by else "")


def _permissions(permissions: Mapping[str, Any]) -> Iterator[Line]:
    table = list(comparison_table(permissions["comparison"]))
    if table:
        yield ("",)
        yield (("what it asks for, and what it uses", "bold"),)
        yield from table
    if permissions["tier_before"]:
        yield ("  ", ("the tier before was ", "dim"), permissions["tier_before"])


def _tools(tools: Mapping[str, Any]) -> Iterator[Line]:
    if not any(tools.values()):
        return
    yield ("",)
    yield (("tools", "bold"),)
    for tool in tools["added"]:
        first, *more = tool["description"].splitlines() or [""]
        yield ("  ", ("new ", "green"), (tool["name"], "cyan"), f"  {first}")
        yield from (("    ", line) for line in more)  # an agent reads all of it
    for name in tools["removed"]:
        yield ("  ", ("gone ", "red"), (name, "cyan"))
    for tool in tools["changed"]:
        yield ("  ", ("changed ", "yellow"), (tool["name"], "cyan"))
        yield from _diff(tool["diff"])


def _trial(trial: Mapping[str, Any] | None) -> Iterator[Line]:
    yield ("",)
    yield (("trial in the jail, with nothing granted", "bold"),)
    if trial is None:
        yield ("  ", "there is none: nothing of it has run")
    elif trial["error"]:
        yield ("  ", ("it did not start: ", "red"), trial["error"]["message"])
    elif not trial["tests"]:
        yield ("  ", "it started; its manifest has no tests")
    else:
        passed = sum(test["passed"] for test in trial["tests"])
        yield ("  ", f"{passed} of {counted(len(trial['tests']), 'test')} passed, in {trial['seconds']:.1f} s")
        for test in trial["tests"]:
            if not test["passed"]:
                yield ("  ", ("failed ", "red"), test["error"]["message"])


def _files(files: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    if not files:
        return
    yield ("",)
    yield (("files", "bold"),)
    for file in files:
        yield ("  ", (f"{file['change']} ", "yellow"), file["file"], (f"  {file['bytes_before']} -> {file['bytes']} bytes", "dim"))
        yield from _diff(file["diff"])
        if file["more"]:
            yield ("    ", (f"and {counted(file['more'], 'line')} more", "dim"))


def _diff(lines: Sequence[str]) -> Iterator[Line]:
    for line in lines:
        yield ("    ", (line, _STYLES.get(line[:1], "dim")))


def _section(title: str, lines: Iterator[str]) -> Iterator[Line]:
    for index, line in enumerate(lines):
        if index == 0:
            yield ("",)
            yield ((title, "bold"),)
        yield ("  ", line)
