"""The seams: what a layer may ask of the world, said without naming who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from skillpod.errors import SkillpodError
from skillpod.model.access import ToolAccess
from skillpod.model.approval import Approval
from skillpod.model.bundle import Bundle
from skillpod.model.command import Caller, Remembered
from skillpod.model.digest import Digest
from skillpod.model.ended import Ended
from skillpod.model.entry import Entry
from skillpod.model.guest import Hear, IsolationReport, Launch, Reply, Watch, unheard, unwatched


class Access(Protocol):
    """Who may see and call which tools, by the policy that is in force now."""

    @property
    def is_open(self) -> bool:
        """Whether there are no rules: everyone may call."""

    @property
    def version(self) -> int:
        """Another number after each change of the rules, and never one that was there before."""

    def kind(self, caller: Caller) -> tuple[str, ...]:
        """Equal for callers who get the same answers about every tool, by the rules that are in force now."""

    def of(self, caller: Caller, tool: str) -> ToolAccess:
        """What a caller may do with the tool of this exported name, whether there is one or not."""


class Clock(Protocol):
    def now(self) -> float:
        """Monotonic seconds."""

    def epoch(self) -> float:
        """Seconds since 1970, UTC."""


class Guests(Protocol):
    """The guests of one generation: started on demand, replaced when they die, single-use or warm by the manifest's lifetime."""

    @property
    def report(self) -> IsolationReport | None:
        """The walls of the guest started last; None before the first."""

    async def prove(self) -> None:
        """Start one guest now: its walls are up, its code loads, what it says of itself is what the source says.

        Raises IsolationUnavailable, VolumeUnusable, ProbeFailed, Drift, GuestDied, LimitExceeded, WireBroken or DeadlineExceeded.
        """

    async def call(self, tool: str, arguments: Mapping[str, Any], caller: Caller, hear: Hear = unheard) -> Reply:
        """One call of a tool by its own name (not the exported one), within the manifest's limits. ``hear`` is told what the call says
        while it runs. When the awaiting task is cancelled, the call is ended in its guest too.

        Raises the SkillFailed family; IsolationUnavailable, ProbeFailed and Drift when a new guest was needed and did not start.
        """

    def output(self) -> str:
        """What the guests wrote to stdout and stderr, the newest end, capped."""

    def redacted(self, text: str) -> str:
        """The text without the secrets that they were handed, as far as those are found; the text itself where there are none."""

    def census(self) -> Mapping[str, int]:
        """Counts: ``idle``, ``busy``, ``starting``, ``started``, ``died``."""

    async def rest(self) -> None:
        """Retired but kept ready for rollback: hold at most one idle guest and start no more ahead; a call still works."""

    async def wake(self) -> None:
        """Undo ``rest``."""

    async def close(self) -> None:
        """Kill every guest and free all they held. Calls in flight end in GuestDied. Never waits on a guest's goodwill."""


class Sandbox(Protocol):
    def bound(self) -> None:
        """Take what bounds all guests together. Before another process is started: it would stand in the cgroup that is to be divided."""

    async def start(self) -> None:
        """Make ready what guests are forked from. Raises IsolationUnavailable."""

    def open(
        self, launch: Launch, *, on_death: Callable[[SkillpodError], None], watch: Watch = unwatched, memory: Memory | None = None
    ) -> Guests:
        """The guests of one generation; none is started yet. ``memory`` keeps what they keep, None: the pod's own does. ``on_death`` hears
        of each guest that died of itself (not of one that
        was retired, single-use and done, or killed at its caller's deadline), on the loop's thread; ``watch`` of what the skill tried
        that reaches beyond itself."""

    async def report(self) -> IsolationReport:
        """What this machine can enforce, from an empty guest that was put behind every wall."""

    async def close(self) -> None: ...


class Journal(Protocol):
    async def record(self, entry: Entry) -> int:
        """Write a control entry; durable when this returns its sequence number. Raises JournalUnwritable."""

    def record_all(self, entries: Sequence[Entry]) -> Awaitable[int]:
        """Write control entries with nothing between them, all in one append or none. Their place in the log is given when this returns;
        what is awaited is the number of the first, once they are durable. Both raise JournalUnwritable."""

    def note(self, entry: Entry) -> None:
        """Write an entry by group commit, without waiting. Raises JournalUnwritable when the journal is known to be broken."""

    def mark(self, entry: Entry) -> None:
        """Like ``note``, for taking away: never raises, keeps what can't be written yet."""

    def require(self) -> None:
        """Raise JournalUnwritable if the journal can't be written now."""


class Store(Protocol):
    """Bundles by digest, on disk, durable; sidecars kept beside."""

    def put(self, bundle: Bundle) -> None:
        """Durable when it returns. A bundle already there is not written again."""

    def get(self, digest: Digest) -> Bundle:
        """Every byte is hashed again. Raises UnknownDigest or StoreCorrupt."""

    def __contains__(self, digest: object) -> bool: ...


class State(Protocol):
    """The journal's rebuildable index of what should be mounted. The journal is the truth: an entry is durable before the index moves."""

    def names(self) -> Mapping[str, Remembered]: ...

    def quarantined(self) -> Mapping[Digest, str]:
        """Digest -> why."""

    def answers(self, digest: Digest) -> tuple[Approval, ...]:
        """What people have answered about a digest, whatever for: of each person the newest for each subject."""

    def reviews(self) -> tuple[Approval, ...]:
        """The broken glass that nobody has reviewed yet, oldest first."""

    def rules(self) -> Mapping[str, str]:
        """The digests of the operator's rules that were in force last."""

    def apply(self, seq: int, entry: Entry) -> None:
        """Fold one durable entry in; entries come in the order of their numbers."""

    def fold(self, entry: Entry) -> None:
        """Fold in the effect of an entry that the journal will write later (taking away never waits): the position does not move."""

    def stated(self) -> tuple[Entry, ...]:
        """All that is folded, as a run of entries that say it again (``Fact.STATE``): folded alone, they come to the same."""


class Memory(Protocol):
    """``ctx.state`` of every skill: JSON by key, kept across calls and swaps. Values are at most 1 MiB each, 16 MiB a skill."""

    def get(self, skill: str, key: str) -> Any:
        """Raises KeyError when there is nothing under the key; None is something (``null``)."""

    def put(self, skill: str, key: str, value: Any) -> None:
        """Raises LimitExceeded when the value, the key or what the skill keeps gets too large, ValueError for what is not JSON."""

    def delete(self, skill: str, key: str) -> None: ...
    def keys(self, skill: str) -> Sequence[str]: ...
    def version(self, skill: str) -> int:
        """The schema version the state was last written under; 0 when there is none."""

    def set_version(self, skill: str, version: int) -> None: ...
    def replace(self, skill: str, values: Mapping[str, Any], version: int) -> None:
        """Every key at once, in one step, under this schema version."""


class Embedder(Protocol):
    """A model that places texts in a space where nearness is likeness. Bring your own; none is shipped."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text, all of one length. Called off the loop's thread."""


class Worker(Protocol):
    async def run(self, argv: Sequence[str], *, stdin: bytes, timeout: float) -> int:
        """Run one of the operator's own programs (never a skill's), with a constructed environment. The exit status; -9 at timeout."""


class Apart(Protocol):
    """A pure function from bytes to bytes, run in a throw-away process that has little memory, little time and no rights."""

    def run(self, request: bytes) -> bytes | Ended:
        """What the function answers, or how its process ended without an answer. Never hangs, and never raises for what the function did.
        Blocks: call it off the loop's thread. Any thread may."""

    def each(self, requests: Iterable[bytes]) -> Iterator[bytes | Ended]:
        """The same for many, several at a time, in their order."""

    def close(self) -> None:
        """Leave nothing behind. A second call does nothing."""
