"""What a row of the tables of clauses is made of."""

from __future__ import annotations

from enum import Enum


class Polarity(Enum):
    """What a negation before the verb does to the clause."""

    ENDS = "ends"  # "never ignore previous instructions"
    MAKES = "makes"  # "do not tell the user"
    NOTHING = "nothing"


Row = tuple[str, str, Polarity, str, str, str]
"""Rule, language, what a negation does, the verbs, what must follow, what must stand beside it (or nothing)."""
ENDS, MAKES, NOTHING = Polarity.ENDS, Polarity.MAKES, Polarity.NOTHING
GAP = r"(?:[^ !?;]{0,79}[^ .!?;] ){0,%d}?"
"""At most so many words of any kind."""
