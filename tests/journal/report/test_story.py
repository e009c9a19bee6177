"""An entry's story: who let it happen, what led to it, what followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillpod.errors import UnknownEntry
from skillpod.journal.query import asking
from skillpod.journal.replay import read
from skillpod.journal.report.meaning import FACTS, KEYS
from skillpod.journal.report.story import LINKS, Story, reasons, story_of
from skillpod.journal.report.surroundings import around, told
from skillpod.model.entry import Entry, Fact
from tests.support.log_entries import EXAMPLES, POLICY, A, B, log_of, recorded, written


def call(generation: int, outcome: str = "ok", **said: object) -> Entry:
    return Entry(fact=Fact.CALL, actor="owner", skill="scan", tool="find", generation=generation, outcome=outcome, **said)  # type: ignore[arg-type]  # SAFE: fields of Entry by name


def publish(generation: int, digest: str, *, skill: str = "scan", **said: object) -> Entry:
    previous = generation - 1
    return Entry(fact=Fact.PUBLISHED, actor="folder", skill=skill, digest=digest, generation=generation, previous=previous, **said)  # type: ignore[arg-type]  # SAFE: as above


def died(generation: int) -> Entry:
    return Entry(fact=Fact.GUEST_DIED, skill="scan", digest=B, generation=generation, outcome="error", reason="it was killed")


LOG = [
    Entry(fact=Fact.POD_STARTED, trigger="start"),
    Entry(fact=Fact.RULES, actor="owner", policy=POLICY),
    Entry(fact=Fact.DESIRED, actor="ann", skill="scan", source="folder"),
    Entry(fact=Fact.REFUSED, actor="folder", skill="scan", digest=A, decision="hold", outcome="denied", reason="May it run?"),
    Entry(fact=Fact.TRIED, actor="skillpod", skill="scan", digest=A, outcome="ok"),
    Entry(fact=Fact.APPROVED, actor="ann", skill="scan", digest=A, rule="two-people", reason="I have read it"),
    Entry(fact=Fact.DECIDED, actor="ann", skill="scan", digest=A, decision="admit", rule="two-people", policy=POLICY),
    publish(1, A, details={"approvals": [{"by": "ann"}], "provenance": {"publisher": "acme"}}),
    call(1),
    publish(1, A, skill="other"),
    call(1, "denied", rule="ask", details={"ticket": "t1"}),
    Entry(fact=Fact.CALL_ANSWERED, actor="bob", skill="scan", tool="find", digest=A, decision="approve", details={"ticket": "t1"}),
    call(1, "ok", rule="ask", details={"ticket": "t1", "approved_by": "bob"}),
    Entry(fact=Fact.DECIDED, actor="folder", skill="scan", digest=B, decision="admit", rule="plain", policy=POLICY),
    publish(2, B),
    call(2),
    call(2, "error"),
    died(2),
    died(2),
    Entry(fact=Fact.QUARANTINED, actor="skillpod", skill="scan", digest=B, generation=2, reason="2 of its guests died"),
    publish(3, A),
    Entry(fact=Fact.ROLLED_BACK, actor="skillpod", skill="scan", digest=A, generation=3, previous=2, reason="2 of its guests died"),
    Entry(fact=Fact.NOT_ALLOWED, actor="eve", skill="scan", outcome="denied", details={"act": "approve", "needs": "reviewer", "roles": []}),
    call(3),
]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return written(tmp_path / "journal", LOG)


def before(story: Story) -> list[int]:
    return [step.recorded.seq for step in story.before]


def after(story: Story) -> list[int]:
    return [step.recorded.seq for step in story.after]


@pytest.mark.parametrize(
    ("seq", "earlier", "later"),
    [
        (9, [2, 3, 4, 5, 6, 7, 8], [15]),  # a call: all that let its generation run; what took the generation's place
        (11, [2, 3, 4, 5, 6, 7, 8], [12, 13, 15]),  # a call that was held, its answer, and the call that was made with it
        (13, [2, 3, 4, 5, 6, 7, 8, 11, 12], [15]),
        (8, [2, 3, 4, 5, 6, 7], [9, 15]),  # a publication: from what was wanted to the swap; its first call, its end
        (15, [2, 3, 8, 14], [16, 17, 18, 19, 20, 21, 22]),  # one that failed: the failures and the return
        (20, [2, 3, 8, 14, 15, 18, 19], [21, 22]),
        (22, [2, 3, 4, 5, 6, 7, 15, 17, 18, 19, 20, 21], []),
        (6, [3, 4, 5], [7, 8, 15]),  # an approval: what it answered, what it started
        (12, [2, 3, 4, 5, 6, 7, 8, 11], [13]),
        (23, [2, 21], []),
        (2, [], [7]),
    ],
)
def test_a_story_is_what_led_to_an_entry_and_what_followed(journal: Path, seq: int, earlier: list[int], later: list[int]) -> None:
    story = told(journal, seq)
    assert story.of.seq == seq
    assert (before(story), after(story)) == (earlier, later)


def test_who_let_a_call_happen_is_said_at_once(journal: Path) -> None:
    said = list(reasons(told(journal, 13)))
    assert said == [
        "bob agreed to this call (question t1), which the rule `ask` asks for",
        "generation 1 of scan runs because the rule `two-people` of the policy sha256:efefefefefef admitted it",
        "approved by ann",
        "signed by acme",
        "wanted by ann, from folder",
        "ann said yes: I have read it",
    ]


@pytest.mark.parametrize(
    ("seq", "said"),
    [
        (11, "a person must agree to it first, by the rule `ask`: question t1"),
        (15, "signed by nobody that is trusted here"),
        (20, "2 of its guests died"),
        (22, "2 of its guests died"),
        (23, "eve wanted to approve: that asks for the role reviewer, and its roles are: none"),
    ],
)
def test_why_is_said_of_what_failed_and_of_what_was_denied(journal: Path, seq: int, said: str) -> None:
    assert said in list(reasons(told(journal, seq)))


def test_a_denied_call_names_the_rule() -> None:
    denied = recorded(call(1, "denied", rule="nobody-deletes", error={"code": "not_allowed"}))
    assert list(reasons(story_of(denied, []))) == ["the rule `nobody-deletes` said no"]


def test_a_call_that_waits_for_a_person_is_not_said_to_be_forbidden(journal: Path) -> None:
    assert not [reason for reason in reasons(told(journal, 11)) if "said no" in reason]


def test_the_story_of_another_skill_is_another(journal: Path) -> None:
    assert before(told(journal, 10)) == []
    assert 10 not in before(told(journal, 9))


def test_the_same_generation_of_a_later_life_answers_for_its_own_calls() -> None:
    log = log_of(publish(1, A), call(1), publish(1, B), call(1))
    assert before(story_of(log[3], log)) == [3]
    assert before(story_of(log[1], log)) == [1]


@pytest.mark.parametrize("fact", Fact)
def test_every_fact_has_a_meaning_and_a_story_even_alone(fact: Fact) -> None:
    assert FACTS[fact]
    entry = recorded(EXAMPLES[fact])
    story = story_of(entry, [entry])
    assert (before(story), after(story)) == ([], [])
    assert {*entry.as_dict()} <= {"v", "seq", *KEYS}
    list(reasons(story))
    list(reasons(story_of(recorded(Entry(fact=fact)), [])))


def test_links_are_of_facts_that_have_them() -> None:
    log = [recorded(EXAMPLES[fact], seq) for seq, fact in enumerate(Fact, 1)]
    for fact, links in LINKS.items():
        assert links, fact
    assert all(story_of(each, log).of is each for each in log)


@pytest.mark.parametrize(("seq", "message"), [(0, "there is no entry 0"), (25, "there is no entry 25: the log goes from 1 to 24")])
def test_an_entry_that_is_not_there_is_named(journal: Path, seq: int, message: str) -> None:
    with pytest.raises(UnknownEntry, match=message):
        told(journal, seq)


def test_an_entry_that_was_dropped_is_told_from_one_that_never_was(journal: Path) -> None:
    text = (journal / "000001.jsonl").read_bytes().splitlines(keepends=True)
    (journal / "000001.leaves").write_bytes(bytes(32 * 7))
    (journal / "000001.jsonl").unlink()
    (journal / "000002.jsonl").write_bytes(b"".join(text[7:]))
    with pytest.raises(UnknownEntry, match="entry 3 was dropped: the log goes from 8 to 24"):
        told(journal, 3)
    assert before(told(journal, 9)) == [8]


def test_who_asks_again_and_again_makes_no_story_long(tmp_path: Path) -> None:
    again = [call(1, "denied", rule="ask", details={"ticket": "t1"})] * 300
    eve = [Entry(fact=Fact.NOT_ALLOWED, actor="eve", skill="scan", outcome="denied", details={"act": "approve"})] * 300
    journal = written(tmp_path / "journal", [*LOG[:11], *again, *eve, LOG[11], *again, *LOG[12:]])
    answer = next(read(journal, asking(fact="call.answered")))
    assert len(list(around(journal, answer))) < 40
    story = told(journal, answer.seq)
    assert [before(story)[-1], after(story)[:3]] == [311, [613, 614, 615]]
