"""How much an entry should weigh with whoever watches many systems at once."""

from __future__ import annotations

from enum import IntEnum

from skillpod.model.entry import Entry, Fact


class Weight(IntEnum):
    """The severities that OCSF numbers so (``severity_id``)."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4


_OF_FACTS = {
    Fact.GLASS_BROKEN: Weight.HIGH,  # a person ran something before it was approved
    Fact.ATTEMPTED: Weight.HIGH,  # a guest reached for what it was not granted
    Fact.QUARANTINED: Weight.HIGH,
    Fact.NOT_ALLOWED: Weight.MEDIUM,
    Fact.REFUSED: Weight.MEDIUM,
    Fact.ROLLED_BACK: Weight.MEDIUM,
    Fact.GUEST_DIED: Weight.MEDIUM,
    Fact.WITHDRAWN: Weight.MEDIUM,
    Fact.LOG_BEGAN: Weight.MEDIUM,  # it may take the place of a broken one
    Fact.LOG_ERASED: Weight.LOW,
    Fact.LOG_DROPPED: Weight.LOW,
    Fact.DENIED: Weight.LOW,
    Fact.UNMOUNTED: Weight.LOW,
    Fact.RESUMED: Weight.LOW,
    Fact.RULES: Weight.LOW,
}
_OF_OUTCOMES = {"denied": Weight.MEDIUM, "error": Weight.LOW, "timeout": Weight.LOW}


def weight(entry: Entry) -> Weight:
    """Of a hold less than of a refusal: it is a question. Of a call by how it went."""
    if entry.fact is Fact.CALL:
        return _OF_OUTCOMES.get(entry.outcome, Weight.INFORMATIONAL)
    if entry.fact is Fact.REFUSED and entry.decision == "hold":
        return Weight.LOW
    return _OF_FACTS.get(entry.fact, Weight.INFORMATIONAL)
