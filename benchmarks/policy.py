"""What a decision over many rules takes, beside as many comparisons in Python and the same rules in Cedar; and what the matrix adds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.beside import ROOT
from benchmarks.measure import Series, interleave
from benchmarks.peers.shape import Absent
from benchmarks.table import Row
from skillpod.model.capability import Tier
from skillpod.model.decision import Admission, Hold, Refusal
from skillpod.model.digest import value_digest
from skillpod.model.finding import Report
from skillpod.model.manifest import Manifest
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.policy.access import access
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy, read_policy
from skillpod.policy.request import Request
from skillpod.resources import packaged_text

RULES = 50
BLOCK = 60
_ENGINE = Path(__file__).parent / "peers" / "engines.py"
_PYTHON = ROOT / ".environments" / "engines" / "bin" / "python"
_DIGEST = value_digest("the skill that is asked about")
_REASON = "because this benchmark says so"


def policies(rounds: int) -> list[Row]:
    """``rounds`` times a block of each, in turn."""
    under = _read(_rules())
    asked = {"admitted": _request(), "refused": _request(name="old7_skill"), "held": _request(tier=Tier.WRITE)}
    _agree(asked, under)
    requests = list(asked.values())
    turns = iter(requests * (rounds * BLOCK + rounds))
    compared = [(f"team{number}_skill", number) for number in range(RULES)]
    acts: dict[str, Callable[[], object]] = {
        "floor": lambda: [tier for name, tier in compared if name == "some_skill" and tier <= 1],
        "every": lambda: decide(next(turns), under),
        **{name: partial(decide, request, under) for name, request in asked.items()},
    }
    series = interleave(rounds, BLOCK, acts)
    rows = [
        Row(f"a decision over {RULES} rules: {name}", series[name], f"{RULES} comparisons", series["floor"], target=30e-6)
        for name in ("admitted", "refused")
    ]
    rows.append(Row("the same: held, with the question in words", series["held"], f"{RULES} comparisons", series["floor"]))
    return [*rows, *_beside_cedar(requests, series["every"], rounds), *_matrix(rounds)]


def _rules() -> list[dict[str, Any]]:
    """As an operator with many teams has them: what each publisher may, what is too old, and four that speak of every skill."""
    mine: list[dict[str, Any]] = [
        {"match": {"name": f"team{number}_*", "tier": "write", "signed": True, "publisher": f"team-{number}"}, "outcome": "allow"}
        if number % 2
        else {"match": {"name": f"old{number + 1}_*", "version": "<2"}, "outcome": "deny"}
        for number in range(RULES - 4)
    ]
    every: list[dict[str, Any]] = [
        {"match": {"tier": "read-only"}, "outcome": "allow"},
        {"match": {"tier": "write"}, "outcome": "require_approval"},
        {"match": {"verdict": "review"}, "outcome": "require_approval"},
        {"match": {"tier": "system"}, "outcome": "require_approval", "approvals": 2},
    ]
    return [{"id": f"rule-{number}", "reason": _REASON, **rule} for number, rule in enumerate([*mine, *every])]


def _read(rules: Sequence[Mapping[str, Any]], **more: Any) -> Policy:
    text = json.dumps({"policy": 1, "name": "many", "rules": rules, **more}).encode()
    return read_policy(text, name="many.yaml", schema=packaged_text("policy/schema.json"))


def _request(*, name: str = "some_skill", tier: Tier = Tier.READ_ONLY, provenance: Provenance = UNSIGNED) -> Request:
    return Request(
        manifest=Manifest(name=name, version="1.2.0", description="A skill.", author="Somebody", tier=tier),
        report=Report(digest=_DIGEST),
        provenance=provenance,
        digest=_DIGEST,
        evidence=_DIGEST,
        now=0.0,
        requester="folder",
    )


def _agree(asked: Mapping[str, Request], under: Policy) -> None:
    found = {name: type(decide(request, under)) for name, request in asked.items()}
    if found != {"admitted": Admission, "refused": Refusal, "held": Hold}:
        raise RuntimeError(f"the rules decide {found}")


# --- beside Cedar -------------------------------------------------------------------------------------------------------------------------


def _beside_cedar(requests: Sequence[Request], ours: Series, rounds: int) -> list[Row]:
    """Cedar knows no third answer: what would be held it does not allow."""
    figure = f"the same {RULES} rules and requests"
    try:
        with _engine([_cedar_request(request) for request in requests]) as (version, engine):
            theirs = Series()
            for _ in range(rounds):
                engine.stdin.write(f"{BLOCK}\n")
                engine.stdin.flush()
                theirs.samples += json.loads(engine.stdout.readline())[1:]
    except Absent as reason:
        return [Row(f"{figure}, ours", ours, f"Cedar: {reason}")]
    return [Row(f"{figure}, ours", ours, f"Cedar (cedarpy {version})", theirs, target=1.0, is_ratio=True)]


@contextmanager
def _engine(requests: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    if not _PYTHON.exists():
        raise Absent("not installed: `make .environments/engines/.installed`")
    with subprocess.Popen([_PYTHON, _ENGINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        try:
            engine.stdin.write(json.dumps({"policies": _cedar(_rules()), "requests": requests}) + "\n")
            engine.stdin.flush()
            line = engine.stdout.readline()
            if not line:
                raise Absent("it ended without a word")
            told = json.loads(line)
            if told["decisions"] != [True, False, False]:
                raise RuntimeError(f"Cedar decides {told['decisions']}")
            yield told["version"], engine
        finally:
            engine.stdin.close()


def _cedar(rules: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_cedar_rule(rule) for rule in rules)


def _cedar_rule(rule: Mapping[str, Any]) -> str:
    match, is_allowance = rule["match"], rule["outcome"] == "allow"
    tier = Tier.of(match.get("tier", "read-only")).value
    conditions = [f"context.tier {'<=' if is_allowance else '>='} {tier}"]
    conditions += ["context.verdict <= 0" if is_allowance else f"context.verdict >= {int(match.get('verdict') == 'review')}"]
    conditions += [f'context.name like "{match["name"]}"'] if "name" in match else []
    conditions += ["context.signed"] if "signed" in match else []
    conditions += [f'context.publisher == "{match["publisher"]}"'] if "publisher" in match else []
    conditions += ["context.major < 2"] if "version" in match else []
    effect = "permit" if is_allowance else "forbid"
    return f"{effect} (principal, action, resource) when {{ {' && '.join(conditions)} }};"


def _cedar_request(request: Request) -> dict[str, Any]:
    facts = request.facts
    context = {
        "name": facts.name,
        "tier": facts.tier.value,
        "verdict": facts.badness,
        "signed": facts.is_signed,
        "publisher": facts.publisher,
        "major": int(facts.version.partition(".")[0]),
    }
    return {"principal": 'User::"folder"', "action": 'Action::"mount"', "resource": f'Skill::"{facts.name}"', "context": context}


# --- the access matrix --------------------------------------------------------------------------------------------------------------------


def _matrix(rounds: int) -> list[Row]:
    rules = [
        {"id": f"team-{number}", "principals": f"team{number}-*", "tools": f"team{number}_*", "may": "call", "outcome": "allow"}
        for number in range(RULES)
    ]
    closed = _read([], access=[{**rule, "reason": _REASON} for rule in rules])
    opened = _read([])
    who = ("team7-agent", ("operator",), "team7_find__it")
    known = {who: 1}
    fresh = iter([f"team7_find__{number}" for number in range(rounds * (BLOCK + 1))])
    acts = {
        "floor": lambda: known[who],
        "open": lambda: access(opened, principal=who[0], roles=who[1], tool=who[2]),
        "known": lambda: access(closed, principal=who[0], roles=who[1], tool=who[2]),
        "new": lambda: access(closed, principal=who[0], roles=who[1], tool=next(fresh)),
    }
    series = interleave(rounds, BLOCK, acts)
    floor = ("a look-up", series["floor"])
    return [
        Row("who may call a tool, without access rules", series["open"], *floor, target=2e-6),
        Row(f"the same over {RULES} access rules, asked before", series["known"], *floor, target=2e-6),
        Row(f"the same over {RULES} access rules, a tool's first time", series["new"], *floor),
    ]
