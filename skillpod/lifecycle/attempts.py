"""What the guests of one generation tried that reaches beyond themselves: counted, and told and journaled the first time each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillpod.lifecycle.news import News
from skillpod.model.comparison import Asked, Comparison, places
from skillpod.model.decision import Admission
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Kind
from skillpod.model.guest import Act, Attempt, Source
from skillpod.model.manifest import Manifest
from skillpod.model.volume import Volume
from skillpod.ports import Clock, Journal

MOST = 32
"""Different attempts of one generation that are kept, told and journaled, for each act and each of the two that tell of it; of what comes
after, only how many. Bounded apart, because a skill can say and do any number of harmless things first: they must not hide the others."""

_VERBS = {
    Act.OPEN: "open",
    Act.WRITE: "write to",
    Act.SOCKET: "make a",
    Act.CONNECT: "connect to",
    Act.EXECUTE: "execute",
    Act.FORK: "make a process:",
    Act.SIGNAL: "send a",
    Act.LOAD: "load",
    Act.TAKE: "take the secret",
    Act.CALL: "call",
}


@dataclass(slots=True)
class Tally:
    """One attempt, how often, and when first (seconds since 1970)."""

    attempt: Attempt
    is_granted: bool
    first: float
    count: int = 1

    def as_dict(self) -> dict[str, Any]:
        attempt = self.attempt
        return {**attempt.as_dict(), "tool": attempt.tool, "granted": self.is_granted, "count": self.count, "first": self.first}


class Attempts:
    """Of one generation; ``number`` is its own, and becomes another's when that one takes its guests over."""

    def __init__(
        self,
        *,
        number: int,
        manifest: Manifest,
        admission: Admission,
        comparison: Sequence[Comparison],
        volumes: Sequence[Volume],
        news: News,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self.number = number
        self._manifest = manifest
        self._admission = admission
        self._comparison = comparison
        self._volumes = volumes
        self._news = news
        self._journal = journal
        self._clock = clock
        self._tallies: dict[tuple[Source, Act, str], Tally] = {}
        self._kept: Counter[tuple[Source, Act]] = Counter()
        self.more = 0
        """Attempts that were one too many to be kept."""

    def record(self, attempt: Attempt) -> None:
        """Never raises, never waits."""
        key = (attempt.by, attempt.act, attempt.target)
        tally = self._tallies.get(key)
        if tally is not None:
            tally.count += 1
            return
        if self._kept[attempt.by, attempt.act] >= MOST:
            self.more += 1
            return
        self._kept[attempt.by, attempt.act] += 1
        tally = Tally(attempt, _is_granted(attempt, self._volumes), self._clock.epoch())
        self._tallies[key] = tally
        if not tally.is_granted:
            self._tell(attempt)

    def as_list(self) -> list[dict[str, Any]]:
        """The first that came first."""
        return [tally.as_dict() for tally in self._tallies.values()]

    def _tell(self, attempt: Attempt) -> None:
        beside = self._beside(attempt)
        message = f"it tried to {_VERBS[attempt.act]} {attempt.target}, which it was not granted"
        self._journal.mark(
            Entry(
                fact=Fact.ATTEMPTED,
                skill=self._manifest.name,
                version=self._manifest.version,
                digest=self._admission.digest,
                generation=self.number,
                tool=attempt.tool,
                outcome=self._outcome(attempt),
                reason=message,
                details={**attempt.as_dict(), **beside},
            )
        )
        self._news.tell(
            Kind.ATTEMPTED,
            skill=self._manifest.name,
            version=self._manifest.version,
            digest=self._admission.digest,
            generation=self.number,
            message=f"{message} (by the {attempt.by.value}'s word); {self._asked_and_seen(attempt)}",
            details={**attempt.as_dict(), "tool": attempt.tool, **beside},
        )

    def _outcome(self, attempt: Attempt) -> str:
        """What the kernel or the broker tells was refused; what only the guest tells was, too, unless a wall was left out by its name."""
        return "denied" if attempt.by is not Source.GUEST or not self._admission.opted_out else "unknown"

    def _beside(self, attempt: Attempt) -> dict[str, list[Any]]:
        """What the manifest asks of that kind, and where the audit read a use of it."""
        kind = attempt.act.kind
        asked = self._manifest.permissions.as_dict().get(kind, [])
        return {"asked": asked, "audit": [f"{place} {row.resource}" for row in self._rows(attempt) for place in row.used]}

    def _rows(self, attempt: Attempt) -> list[Comparison]:
        return [row for row in self._comparison if row.kind == attempt.act.kind]

    def _asked_and_seen(self, attempt: Attempt) -> str:
        rows = self._rows(attempt)
        asked = ", ".join(row.words for row in rows if row.asked is not Asked.NO) or "nothing of the kind"
        used = tuple(dict.fromkeys(place for row in rows for place in row.used))
        return f"its manifest asks for {asked}, the audit saw {f'a use in {places(used)}' if used else 'no use of it'}"


def _is_granted(attempt: Attempt, volumes: Sequence[Volume]) -> bool:
    """Whether it is about a volume, in the way it was granted; where guests have no root of their own, it is at its path on the host."""
    if attempt.act not in (Act.OPEN, Act.WRITE):
        return False
    usable = [volume for volume in volumes if volume.is_writable or attempt.act is Act.OPEN]
    places = [place for volume in usable for place in (f"/volumes/{volume.name}", volume.path)]
    return any(attempt.target == place or attempt.target.startswith(f"{place}/") for place in places)
