"""What the rules of a policy say, in words for a person. Pure: from a policy's document to pieces of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillpod.cli.faults import Span

RULE_COLUMNS = ("RULE", "OUTCOME", "SPEAKS OF")
ACCESS_COLUMNS = ("RULE", "OUTCOME", "WHO", "TOOLS")

OUTCOME_STYLES = {"allow": "green", "deny": "red", "require_approval": "yellow"}


def rule_row(rule: Mapping[str, Any]) -> Sequence[Span | str]:
    """One rule about skills, in the order of RULE_COLUMNS."""
    said = _covered(rule) if rule["outcome"] == "allow" else _hit(rule["match"])
    return ((rule["id"], "bold"), (_outcome(rule), OUTCOME_STYLES[rule["outcome"]]), "; ".join(said))


def access_row(rule: Mapping[str, Any]) -> Sequence[Span | str]:
    """One rule about who sees and calls tools, in the order of ACCESS_COLUMNS."""
    does = "each call is asked about" if rule["outcome"] == "require_approval" else f"{rule['outcome']} {rule['may']}"
    who = [f"{word} {_any_of(rule[key])}" for key, word in (("principals", "who is called"), ("roles", "role")) if key in rule]
    return (
        (rule["id"], "bold"),
        (does, OUTCOME_STYLES[rule["outcome"]]),
        "; ".join(who) or "everyone",
        _any_of(rule["tools"]),
    )


def _outcome(rule: Mapping[str, Any]) -> str:
    if rule["outcome"] == "require_approval":
        number = rule.get("approvals", 1)
        said = "1 approval" if number == 1 else f"{number} approvals"
    else:
        said = rule["outcome"]
    return f"{said}, for {rule['valid_for']}" if "valid_for" in rule else said


def _covered(rule: Mapping[str, Any]) -> Iterator[str]:
    """An allowance, also where it says nothing: then it covers the least."""
    match = rule["match"]
    yield f"tier up to {match['tier']}" if match.get("tier", "read-only") != "read-only" else "tier read-only"
    yield f"asks for nothing but {', '.join(match['permissions'])}" if match.get("permissions") else "asks for nothing"
    yield "audit allow or review" if match.get("verdict") == "review" else "audit allow"
    yield "signed" if match.get("signed") or "publisher" in match else "signed or not"
    yield from _shared(match)
    if rule.get("grant"):
        yield f"gives {', '.join(f'{kind} {_given(given)}' for kind, given in rule['grant'].items())}"
    if "without" in rule:
        yield f"without the wall {', '.join(each['wall'] for each in rule['without'])}"


def _hit(match: Mapping[str, Any]) -> Iterator[str]:
    """A restriction: what it says nothing of, it does not look at."""
    if match.get("tier", "read-only") != "read-only":
        yield "tier system" if match["tier"] == "system" else f"tier {match['tier']} and above"
    if "permissions" in match:
        yield f"asks for {' or '.join(match['permissions'])}"
    if match.get("verdict") == "review":
        yield "audit review"
    if "signed" in match:
        yield "unsigned"
    yield from _shared(match)
    if not match:
        yield "every skill"


def _shared(match: Mapping[str, Any]) -> Iterator[str]:
    words = {
        "name": "name",
        "version": "version",
        "author": "author",
        "publisher": "publisher",
        "principal": "asked for by",
        "role": "role",
        "environment": "environment",
    }
    yield from (f"{word} {_any_of(match[key])}" for key, word in words.items() if key in match)


def _given(given: Any) -> str:
    if given == "asked":
        return "as asked"
    return " ".join(item if isinstance(item, str) else item.get("name") or item["host"] for item in given) or "nothing"


def _any_of(said: str | Sequence[str]) -> str:
    return said if isinstance(said, str) else " or ".join(said)
