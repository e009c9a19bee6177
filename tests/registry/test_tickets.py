"""Calls that a person must agree to: asked once, answered for exactly these arguments and this caller, used once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from skillpod.errors import ApprovalNeeded, CommandInvalid, JournalUnwritable, NotAllowed, SkillpodError, TooManyRequests, UnknownCall
from skillpod.model.access import May
from skillpod.model.approval import Answer
from skillpod.model.command import Caller
from skillpod.model.entry import Fact
from skillpod.model.principal import Principal, Role
from skillpod.model.ticket import Ticket
from skillpod.registry.dispatch import Dispatch
from skillpod.registry.registry import Registry, Route
from skillpod.registry.seen import Seen
from skillpod.registry.tickets import COUNTS, EACH, SHOWN, WAITING, WAITS
from tests.support.registry import AnsweringGuests, ListedJournal, Rules, card, levels_of, spec, tickets_of

BOT = Caller(principal="bot", session="s1")
JANE = Principal(name="jane", roles=frozenset({Role.REVIEWER}))
ARGUMENTS = {"path": "/tmp/x", "deep": {"b": 1, "a": [True]}}
PROPERTIES: Mapping[str, Any] = {"path": {"type": "string"}, "deep": {"type": "object"}}


class HandClock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds

    def epoch(self) -> float:
        return 1_790_000_000.0 + self.seconds


class House:
    """A skill ``files`` whose tool ``wipe`` asks by the policy, ``purge`` by its author for every call, ``prune`` for the first."""

    def __init__(self) -> None:
        self.registry, self.journal, self.clock = Registry(), ListedJournal(), HandClock()
        self.rules = Rules(lambda principal, tool: May.ASK if tool.endswith("wipe") else May.CALL)
        self.ran: list[tuple[str, Any]] = []
        self.asked: list[Ticket] = []
        self.tickets = tickets_of(self.journal, self.clock, self.asked)
        self.dispatch = Dispatch(
            seen=Seen(self.registry, self.rules),
            tickets=self.tickets,
            journal=self.journal,
            clock=self.clock,
            missing=lambda tool: None,
            levels=levels_of(),
        )
        self.publish()

    def publish(self, **said: Any) -> None:
        hints = {"wipe": {}, "purge": {"approval": "always"}, "prune": {"approval": "first"}, "look": {"approval": "never"}}
        tools = [replace(spec("files", name, properties=PROPERTIES), hints=hint) for name, hint in hints.items()]
        self.registry.publish(Route(card=card("files", *tools, **said), guests=AnsweringGuests(self._run)))

    def _run(self, tool: str, arguments: Mapping[str, Any]) -> str:
        self.ran.append((tool, arguments))
        return "done"

    def call(self, tool: str = "wipe", arguments: Any = ARGUMENTS, caller: Caller = BOT) -> Any:
        try:
            return asyncio.run(self.dispatch.invoke(f"files__{tool}", arguments, caller)).value
        finally:
            self.dispatch.flush()

    def refusal(self, tool: str = "wipe", arguments: Any = ARGUMENTS, caller: Caller = BOT) -> SkillpodError:
        with pytest.raises(SkillpodError) as caught:
            self.call(tool, arguments, caller)
        return caught.value

    def ask(self, tool: str = "wipe", arguments: Any = ARGUMENTS, caller: Caller = BOT) -> str:
        """The name of the question that a call comes to."""
        refusal = self.refusal(tool, arguments, caller)
        assert isinstance(refusal, ApprovalNeeded)
        return refusal.ticket

    def answer(self, id_: str, answer: Answer = Answer.APPROVE, principal: Principal = JANE, reason: str = "") -> Ticket:
        return asyncio.run(self.tickets.answer(id_, answer, principal, reason))


def test_a_call_waits_for_a_person_and_goes_through_once() -> None:
    house = House()
    refusal = house.refusal()
    assert (refusal.code, refusal.at, refusal.skill) == ("approval_needed", "files__wipe", "files")
    assert "skillpod approve-call t1" in refusal.hint
    assert house.ran == []
    house.answer("t1")
    assert house.call() == "done"
    assert house.ran == [("wipe", ARGUMENTS)]
    assert house.ask() == "t2"


@pytest.mark.parametrize("tool", ["purge", "prune"])
def test_an_author_can_want_a_person_where_the_policy_does_not(tool: str) -> None:
    house = House()
    house.answer(house.ask(tool))
    assert house.call(tool) == "done"
    if tool == "purge":
        assert house.ask(tool) == "t2"
    else:
        assert house.call(tool, {"path": "another"}) == "done"  # the first is over
        assert house.ask(tool, caller=Caller(principal="else")) == "t2"
        house.publish(files={"handler.py": b"another"})
        assert house.ask(tool) == "t3"  # other bytes, another first call
    assert house.call("look") == "done"


def test_the_same_question_is_asked_once_however_often_it_is_called_and_spelled() -> None:
    house = House()
    spelled = [ARGUMENTS, {"deep": {"a": [True], "b": 1}, "path": "/tmp/x"}]
    assert {house.ask(arguments=arguments) for arguments in spelled * 3} == {"t1"}
    assert house.ask(caller=Caller(principal="bot", session="another")) == "t1"
    assert len(house.asked) == 1


@pytest.mark.parametrize(
    ("tool", "arguments", "caller"),
    [
        ("wipe", {**ARGUMENTS, "path": "/tmp/y"}, BOT),
        ("wipe", {**ARGUMENTS, "deep": {"b": 1, "a": [1]}}, BOT),
        ("wipe", {"path": "/tmp/x"}, BOT),
        ("purge", ARGUMENTS, BOT),
        ("wipe", ARGUMENTS, Caller(principal="eve")),
        ("wipe", ARGUMENTS, Caller(principal="bot", tenant="other")),
    ],
)
def test_an_approval_is_for_no_other_call(tool: str, arguments: Any, caller: Caller) -> None:
    house = House()
    house.answer(house.ask())
    assert house.ask(tool, arguments, caller) == "t2"
    assert house.call() == "done"
    assert len(house.ran) == 1


def test_an_approval_is_for_no_other_version() -> None:
    house = House()
    house.answer(house.ask())
    house.publish(files={"handler.py": b"something else"})
    assert house.ask() == "t2"
    assert house.ran == []


def test_a_narrower_policy_outdoes_an_approval() -> None:
    house = House()
    house.answer(house.ask())
    house.rules.exchange(lambda principal, tool: May.SEE)
    assert house.refusal().code == "not_allowed"
    house.rules.exchange(lambda principal, tool: May.NOTHING)
    assert house.refusal().code == "unknown_tool"
    house.rules.exchange(lambda principal, tool: May.ASK)
    assert house.call() == "done"


def test_questions_and_answers_have_their_time() -> None:
    house = House()
    first = house.ask()
    house.clock.seconds += WAITS
    with pytest.raises(UnknownCall):
        house.answer(first)
    second = house.ask()
    assert second != first
    house.answer(second)
    house.clock.seconds += COUNTS - 1
    assert house.call() == "done"
    third = house.ask()
    house.answer(third)
    house.clock.seconds += COUNTS
    assert house.ask() not in (first, second, third)


def test_a_no_is_told_with_its_reason_and_asks_nobody_again_for_a_while() -> None:
    house = House()
    house.answer(house.ask(), Answer.DENY, reason="not on a Friday")
    for _ in range(2):
        refusal = house.refusal()
        assert isinstance(refusal, NotAllowed)
        assert refusal.message == "`jane` said no to this call: not on a Friday"
    house.clock.seconds += COUNTS
    assert house.ask() == "t2"
    assert house.ran == []


def test_a_question_is_answered_once_and_only_by_who_sees_the_skill() -> None:
    house = House()
    id_ = house.ask()
    stranger = replace(JANE, sees=("other",))
    assert house.tickets.waiting(stranger) == []
    with pytest.raises(UnknownCall):
        house.answer(id_, principal=stranger)
    with pytest.raises(UnknownCall):
        house.answer("t9")
    house.answer(id_, Answer.DENY)
    with pytest.raises(CommandInvalid, match="`jane` has answered this call already: deny"):
        house.answer(id_)


def test_of_two_who_answer_at_once_one_is_told_that_it_was_too_late() -> None:
    house = House()
    id_ = house.ask()

    async def both() -> list[Any]:
        answers = [house.tickets.answer(id_, answer, JANE, "") for answer in (Answer.DENY, Answer.APPROVE)]
        return await asyncio.gather(*answers, return_exceptions=True)

    first, second = asyncio.run(both())
    assert first.answer is Answer.DENY
    assert isinstance(second, CommandInvalid)
    assert house.refusal().code == "not_allowed"


def test_an_answer_that_the_journal_cannot_have_does_not_count() -> None:
    house = House()
    id_ = house.ask()
    house.journal.broken = True
    with pytest.raises(JournalUnwritable):
        house.answer(id_)
    house.journal.broken = False
    assert house.ask() == id_


def test_nobody_keeps_all_others_from_asking() -> None:
    house = House()
    for number in range(EACH):
        house.ask(arguments={"path": str(number)})
    full = house.refusal(arguments={"path": "more"})
    assert isinstance(full, TooManyRequests)
    assert house.ask(caller=Caller(principal="else"))
    for number in range(2 * WAITING):
        house.refusal(caller=Caller(principal=f"agent{number}"))
    assert len(house.tickets.waiting(JANE)) == WAITING
    assert house.call("look", caller=Caller(principal="agent0")) == "done"


def test_a_person_is_not_asked_about_more_than_they_can_read() -> None:
    house = House()
    refusal = house.refusal(arguments={"path": "x" * SHOWN})
    assert isinstance(refusal, NotAllowed)
    assert house.asked == []
    assert house.ask(arguments={"path": "x" * (SHOWN - 20)}) == "t1"


def test_arguments_that_do_not_fit_ask_nobody() -> None:
    house = House()
    assert house.refusal(arguments={"path": 3}).code == "arguments_invalid"
    assert house.asked == []


def test_who_is_asked_sees_every_argument_and_hidden_letters_as_what_they_are() -> None:
    house = House()
    house.ask(arguments={"path": "a\u202eb\ud800"})
    [told] = house.tickets.waiting(JANE)
    assert told["arguments"] == '{"path":"a\\u202eb\\ud800"}'
    assert (told["id"], told["caller"], told["tool"], told["rule"], told["answer"]) == ("t1", "bot", "files__wipe", "may-ask", None)
    assert (told["asked"], told["left"]) == (0.0, WAITS)


def test_the_journal_says_what_was_asked_answered_and_used_and_never_the_arguments() -> None:
    house = House()
    house.answer(house.ask(), reason="it is her own folder")
    house.call()
    asked, answered, used = house.journal.entries
    assert (asked.fact, asked.actor, asked.outcome, asked.rule, asked.error["code"]) == (
        Fact.CALL,
        "bot",
        "denied",
        "may-ask",
        "approval_needed",
    )
    assert (answered.fact, answered.actor, answered.decision, answered.reason) == (
        Fact.CALL_ANSWERED,
        "jane",
        "approve",
        "it is her own folder",
    )
    assert answered.caller == {"principal": "bot"}
    assert answered.arguments["bytes"] == len('{"deep":{"a":[true],"b":1},"path":"/tmp/x"}')
    assert (used.outcome, used.rule, used.details) == ("ok", "may-ask", {"ticket": "t1", "approved_by": "jane"})
    assert asked.details["ticket"] == answered.details["ticket"] == "t1"
    assert "/tmp/x" not in repr(house.journal.entries)


def test_an_answer_is_found_by_the_tools_own_name_also_where_its_exported_one_was_cut() -> None:
    house, name = House(), "wipe_" + "x" * 70 + "_wipe"
    tool = replace(spec("files", name, properties=PROPERTIES), hints={"approval": "always"})
    house.registry.publish(Route(card=card("files", tool), guests=AnsweringGuests(house._run)))
    with pytest.raises(ApprovalNeeded):
        asyncio.run(house.dispatch.invoke(tool.exported, ARGUMENTS, BOT))
    asyncio.run(house.tickets.answer(house.asked[-1].id, Answer.APPROVE, JANE, ""))
    house.dispatch.flush()
    assert {entry.tool for entry in house.journal.entries} == {name}
