"""What holds under every policy, for every request: tried on many of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from skillpod.model.approval import Answer, Approval
from skillpod.model.bundle import Bundle
from skillpod.model.capability import NetworkAsk, Permissions, Tier, VolumeAsk
from skillpod.model.decision import Admission, Decision, Hold, Refusal
from skillpod.model.finding import Verdict
from skillpod.model.principal import Role
from skillpod.model.provenance import UNSIGNED, Provenance
from skillpod.policy.decide import decide
from skillpod.policy.document import Policy
from skillpod.policy.request import Request
from skillpod.policy.rules import KINDS, Grant
from tests.policy.documents import HOUR, NOW, SIGNED, policy, report, request

OTHER = Bundle.freeze({"handler.py": b"other"}).digest
THIRD = Bundle.freeze({"handler.py": b"a third"}).digest
_WORDS = [role.value for role in Role]
_NAMES = st.sampled_from(["probe_skill", "find_x"])
_GLOBS = st.sampled_from(["*", "probe_*", "find_?", "acme", "other"])
_WHO = st.sampled_from(["*", "folder", "ci-*", "ann"])
_WHERE = st.sampled_from(["*", "prod", "test"])
_ROLES = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=2, unique=True)
_KIND_LISTS = st.lists(st.sampled_from(KINDS), unique=True)
_GIVEN = st.dictionaries(st.sampled_from(["volumes", "environment"]), st.just("asked"))
_EITHER = {
    "tier": st.sampled_from([tier.word for tier in Tier]),
    "verdict": st.sampled_from(["allow", "review"]),
    "name": _GLOBS,
    "principal": _WHO,
    "role": _ROLES,
    "environment": _WHERE,
}


def _conditions(**own: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={**_EITHER, **own})


_ALLOWANCES = st.fixed_dictionaries(
    {"outcome": st.just("allow"), "match": _conditions(permissions=_KIND_LISTS, signed=st.just(True), publisher=_GLOBS)},
    optional={"grant": _GIVEN, "valid_for": st.sampled_from(["1h", "2h"])},
)
_HITS = _conditions(permissions=_KIND_LISTS.filter(bool), signed=st.just(False), version=st.sampled_from(["<1.2", "<=1.2", "<2"]))
_DENIALS = st.fixed_dictionaries({"outcome": st.just("deny"), "match": _HITS})
_QUESTIONS = st.fixed_dictionaries(
    {"outcome": st.just("require_approval"), "match": _HITS},
    optional={"grant": _GIVEN, "approvals": st.integers(1, 3), "valid_for": st.sampled_from(["1h", "2h"])},
)
_RESTRICTIONS = _DENIALS | _QUESTIONS
_RULES = st.lists(_ALLOWANCES | _QUESTIONS | _DENIALS, max_size=6)
_ASKED = st.builds(
    Permissions,
    volumes=st.frozensets(st.builds(VolumeAsk, st.sampled_from("ab"), st.sampled_from(["read", "write"])), max_size=2),
    network=st.frozensets(st.builds(NetworkAsk, st.sampled_from("ab"), st.just((443,))), max_size=2),
    secrets=st.frozensets(st.sampled_from("ST"), max_size=2),
    environment=st.frozensets(st.sampled_from("EF"), max_size=2),
    programs=st.frozensets(st.sampled_from("gh"), max_size=1),
)
_REQUESTS = st.builds(
    request,
    tier=st.sampled_from(Tier),
    permissions=_ASKED,
    verdict=st.sampled_from(Verdict),
    provenance=st.sampled_from([UNSIGNED, SIGNED, Provenance(publisher="other", keys=("k2",))]),
    name=_NAMES,
    version=st.sampled_from(["1.1", "1.2rc1", "1.2", "1.3"]),
    requester=st.sampled_from(["folder", "ci-7", "ann", ""]),
    roles=st.lists(st.sampled_from(_WORDS), unique=True, max_size=2).map(tuple),
    environment=st.sampled_from(["", "prod", "test"]),
)
_WORSE = {Verdict.ALLOW: Verdict.REVIEW, Verdict.REVIEW: Verdict.DENY, Verdict.DENY: Verdict.DENY}


def rank(decision: Decision) -> int:
    """How far the answer goes: no, ask, yes."""
    match decision:
        case Refusal():
            return 0
        case Hold():
            return 1
        case Admission():
            return 2
    assert_never(decision)


def is_yes(decision: Decision) -> bool:
    """A hold is a question, not a yes."""
    return rank(decision) == 2


@dataclass(frozen=True)
class Said:
    """An answer before it is known to what: ``is_to_this`` or to a question about other bytes."""

    by: str
    answer: Answer
    ago: float
    lasts: float
    is_to_this: bool

    def about(self, asked: Request, under: Policy) -> Approval:
        subject = asked.subject(under)
        bound = subject if self.is_to_this else replace(subject, digest=THIRD)
        at = NOW - self.ago
        return Approval(subject=bound, answer=self.answer, by=self.by, reason="it was said", at=at, until=at + self.lasts)


def _said(*answers: Answer) -> st.SearchStrategy[list[Said]]:
    one = st.builds(
        Said,
        by=st.sampled_from(["ann", "bob", "carl", "dora"]),
        answer=st.sampled_from(answers),
        ago=st.sampled_from([0.0, HOUR / 2, 1.5 * HOUR]),
        lasts=st.sampled_from([HOUR, 2 * HOUR]),
        is_to_this=st.booleans(),
    )
    return st.lists(one, max_size=5)


_ANSWERS = _said(*Answer)
_YESES = _said(Answer.APPROVE, Answer.BREAK_GLASS)


def answered(asked: Request, under: Policy, said: Sequence[Said]) -> Request:
    return replace(asked, approvals=tuple(each.about(asked, under) for each in said))


@settings(deadline=None, max_examples=120)
@given(_RULES, _REQUESTS, _YESES)
def test_less_evidence_never_turns_a_no_into_a_yes(rules: list[dict[str, Any]], plain: Request, said: list[Said]) -> None:
    under = policy(*rules)
    asked = answered(plain, under, said)
    before = is_yes(decide(asked, under))
    keyless = Provenance(publisher="", keys=asked.provenance.keys)
    less = {
        "unsigned": replace(asked, provenance=UNSIGNED, evidence=OTHER),
        "of no publisher": replace(asked, provenance=keyless),
        "a worse verdict": replace(asked, report=report(_WORSE[asked.report.verdict])),
        "other bytes": replace(asked, digest=OTHER, report=replace(asked.report, digest=OTHER)),
        "who asks is not known": replace(asked, requester=""),
        "without roles": replace(asked, roles=()),
        "with one role less": replace(asked, roles=asked.roles[1:]),
        "nobody says where": replace(asked, environment=""),
        "no approvals": replace(asked, approvals=()),
        "one approval less": replace(asked, approvals=asked.approvals[1:]),
        "they have ended": replace(asked, now=NOW + 3 * HOUR),
        "a lower version": replace(asked, manifest=replace(asked.manifest, version="1.0"), approvals=()),
    }
    assert [what for what, request in less.items() if is_yes(decide(request, under)) > before] == []
    assert rank(decide(replace(asked, report=replace(asked.report, digest=None)), under)) == 0


@settings(deadline=None, max_examples=60)
@given(_RULES, _REQUESTS, st.sampled_from(KINDS))
def test_asking_for_more_never_makes_a_yes(rules: list[dict[str, Any]], asked: Request, kind: str) -> None:
    under = policy(*rules)
    less = replace(asked.manifest, permissions=replace(asked.manifest.permissions, **{kind: frozenset()}))
    lower = replace(asked.manifest, tier=Tier.READ_ONLY)
    assert is_yes(decide(replace(asked, manifest=less), under)) >= is_yes(decide(asked, under))
    assert is_yes(decide(replace(asked, manifest=lower), under)) >= is_yes(decide(asked, under))


@settings(deadline=None, max_examples=80)
@given(_RULES, _REQUESTS, _ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_change_the_answer(rules: list[dict[str, Any]], plain: Request, said: list[Said], chance: Any) -> None:
    named = [{**rule, "id": f"r{index}"} for index, rule in enumerate(rules)]
    there, back = policy(*named), policy(*sorted(named, key=lambda _: chance.random()))
    one, other = decide(answered(plain, there, said), there), decide(answered(plain, back, said), back)
    assert rank(one) == rank(other)
    if isinstance(one, Hold) and isinstance(other, Hold):
        assert (one.needed, [each.by for each in one.given]) == (other.needed, [each.by for each in other.given])


@settings(deadline=None, max_examples=80)
@given(_RULES, _RESTRICTIONS, _REQUESTS, _ANSWERS)
def test_one_more_restriction_on_what_is_allowed_never_makes_a_yes(
    rules: list[dict[str, Any]], more: dict[str, Any], plain: Request, said: list[Said]
) -> None:
    under, stricter = policy(*rules), policy(*rules, more)
    before = decide(answered(plain, under, said), under)
    after = decide(answered(plain, stricter, said), stricter)
    if more["outcome"] == "deny" or rank(decide(plain, under)) > 0:
        assert rank(after) <= rank(before)
    assert is_yes(decide(plain, stricter)) <= is_yes(decide(plain, under))


@settings(deadline=None, max_examples=80)
@given(_RULES, _REQUESTS, _ANSWERS)
def test_broken_glass_answers_a_question_and_never_turns_a_refusal(rules: list[dict[str, Any]], plain: Request, said: list[Said]) -> None:
    under = policy(*rules)
    glass = Said(by="eve", answer=Answer.BREAK_GLASS, ago=0.0, lasts=HOUR, is_to_this=True)
    before, after = decide(answered(plain, under, said), under), decide(answered(plain, under, [*said, glass]), under)
    assert rank(after) == (2 if rank(before) == 1 else rank(before))


@settings(deadline=None, max_examples=80)
@given(_RULES, _REQUESTS, _ANSWERS)
def test_leave_is_never_for_more_than_was_asked_nor_for_longer_than_it_rests_on(
    rules: list[dict[str, Any]], plain: Request, said: list[Said]
) -> None:
    under = policy(*rules)
    found = decide(answered(plain, under, said), under)
    if isinstance(found, Hold):
        assert found.trial is not None
        assert found.trial.grants.is_empty
        assert len(found.given) < found.needed
    if isinstance(found, Admission):
        assert found.grants.narrow(plain.manifest.permissions) == found.grants
        assert found.valid_until > NOW
        assert all(
            found.valid_until <= each.until and each.by != plain.requester for each in found.approvals if each.answer is Answer.APPROVE
        )
        assert len({each.by for each in found.approvals}) == len(found.approvals)


@given(_ASKED, _ASKED, st.frozensets(st.sampled_from(KINDS)))
def test_a_grant_never_gives_more_than_was_asked(asked: Permissions, listed: Permissions, as_asked: frozenset[str]) -> None:
    given_now = Grant(listed=listed, as_asked=as_asked).of(asked)
    for kind in KINDS:
        assert getattr(given_now, kind) <= getattr(asked, kind)
        if kind not in as_asked:
            assert getattr(given_now, kind) <= getattr(listed, kind)
