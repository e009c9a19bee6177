"""Histories of a pod for the tests, as hypothesis makes them, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from skillpod.journal.entry import decode, encode
from skillpod.model.approval import Answer, Approval, Subject
from skillpod.model.command import Desired, Mode
from skillpod.model.digest import Digest
from skillpod.model.entry import Entry, Fact
from skillpod.store.fold import Fold
from skillpod.store.state import State

DIGESTS = [Digest("sha256:" + letter * 64) for letter in "abc"]
NAMES = ["scan", "text", "find"]
FACTS = {Answer.APPROVE: Fact.APPROVED, Answer.DENY: Fact.DENIED, Answer.BREAK_GLASS: Fact.GLASS_BROKEN}


def desires(name: str, mode: Mode = Mode.FOLLOW, source: str = "folder", **fields: Any) -> Entry:
    desired = Desired(name=name, mode=mode, source=source, actor="owner", **fields)
    return Entry(fact=Fact.DESIRED, actor="owner", trigger="watch", skill=name, source=source, details={"desired": desired.as_dict()})


def publishes(name: str, generation: int, digest: str, *, version: str = "1.0.0", publisher: str = "", **details: Any) -> Entry:
    said = {"identity": {"digest": digest}, "provenance": {"publisher": publisher}, **details}
    return Entry(fact=Fact.PUBLISHED, skill=name, version=version, generation=generation, digest=digest, details=said)


def answers(name: str, digest: Digest, answer: Answer, by: str, reason: str = "I read it.") -> Entry:
    subject = Subject(skill=name, digest=digest, evidence=DIGESTS[0], permissions=DIGESTS[1], findings=DIGESTS[2], policy=DIGESTS[0])
    given = Approval(subject=subject, answer=answer, by=by, reason=reason, at=1.0, until=9.0)
    return Entry(fact=FACTS[answer], actor=by, skill=name, digest=digest, details={"approval": given.as_dict()})


_names = st.sampled_from(NAMES)
_digests = st.sampled_from(DIGESTS)
entries = st.one_of(
    st.builds(
        desires,
        _names,
        st.sampled_from(Mode),
        st.sampled_from(["folder", "/srv/scan"]),
        digest=st.none() | _digests,
        config=st.dictionaries(st.text(max_size=2), st.integers()),
    ),
    st.builds(
        publishes,
        _names,
        st.integers(1, 9),
        _digests,
        version=st.sampled_from(["1.0.0", "1.2.0", "2.0.0"]),
        publisher=st.sampled_from(["", "acme", "other"]),
        approvals=st.sampled_from([[], ["ann"]]),
    ),
    st.builds(Entry, fact=st.sampled_from([Fact.UNMOUNTED, Fact.REFUSED, Fact.ROLLED_BACK, Fact.CALL]), skill=_names, digest=_digests),
    st.builds(Entry, fact=st.sampled_from([Fact.QUARANTINED, Fact.RESUMED]), digest=_digests, reason=st.text(max_size=3)),
    st.builds(answers, _names, _digests, st.sampled_from(Answer), st.sampled_from(["ann", "bob"]), st.text(max_size=3)),
    st.builds(Entry, fact=st.just(Fact.REVIEWED), skill=_names),
    st.builds(
        Entry,
        fact=st.just(Fact.RULES),
        details=st.fixed_dictionaries({"rules": st.dictionaries(st.sampled_from(["policy", "revocations"]), _digests)}),
    ),
)
"""One entry of any fact that says something of what is remembered, and of some that do not."""


def logged(entry: Entry) -> Entry:
    """The entry as whoever reads the log has it."""
    return decode(encode(entry, seq=1, ts=1.0, node="pod-1")).entry


def folded(history: Iterable[Entry], fold: Fold | None = None) -> Fold:
    """What a history comes to, as it is read from a log."""
    fold = fold or Fold()
    for entry in history:
        fold.fold(logged(entry))
    return fold


def state_of(history: Iterable[Entry]) -> State:
    return folded(history).state()
