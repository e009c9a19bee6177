"""SkillManager: builds the house and joins its rooms; the only file that knows everyone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from enum import Enum
from functools import partial
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Any, Self, TypeVar

from skillpod.blocking import Blocking
from skillpod.config import PodConfig, load_config
from skillpod.errors import CommandInvalid, JournalFailed, NotAllowed, PathUnusable, SkillpodError, UnknownSkill
from skillpod.home import Home
from skillpod.inforce import InForce, Ruling, rules_entry
from skillpod.intake.settle import Settle
from skillpod.intake.snapshot import list_folders
from skillpod.intake.watch import Observation, Watcher
from skillpod.journal.copies import SYSLOG
from skillpod.journal.erasing import carry_out, finish, plan
from skillpod.journal.query import Query
from skillpod.journal.report.surroundings import entries_seen, story_seen
from skillpod.journal.writer import JournalWriter
from skillpod.lifecycle.access import PolicyAccess
from skillpod.lifecycle.apart import helper
from skillpod.lifecycle.desk import Desk
from skillpod.lifecycle.judge import Judge
from skillpod.lifecycle.ledger import Ledger
from skillpod.lifecycle.news import News
from skillpod.lifecycle.orders import Orders
from skillpod.lifecycle.outlet import Outlet
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.pipeline import Examiner
from skillpod.lifecycle.recollection import recollect
from skillpod.lifecycle.restore import restore
from skillpod.lifecycle.rights import Rights, unseen
from skillpod.lifecycle.slot import Slot
from skillpod.lifecycle.supervisor import Supervisor
from skillpod.lifecycle.turns import for_ever
from skillpod.lifecycle.upkeep import Upkeep
from skillpod.lifecycle.view import shown, summary
from skillpod.model.approval import Answer
from skillpod.model.capability import Isolation
from skillpod.model.card import Card
from skillpod.model.command import NEEDS, OWNER, Caller, Command, Verb
from skillpod.model.decision import Admission
from skillpod.model.entry import Entry, Fact
from skillpod.model.event import Event, Kind
from skillpod.model.guest import CallResult, Hear, unheard
from skillpod.model.legible import manual_text
from skillpod.model.manifest import Manifest, ToolSpec
from skillpod.model.principal import LOCAL_OWNER, Principal, Role
from skillpod.model.provision import Provision
from skillpod.model.selection import Selection
from skillpod.model.ticket import Ticket
from skillpod.policy.suppressions import day
from skillpod.ports import Embedder
from skillpod.provisions import Provider
from skillpod.registry.catalog import Catalog
from skillpod.registry.dispatch import Dispatch
from skillpod.registry.functions import Defer, Offered, answer_calls, tool_definitions
from skillpod.registry.levels import Levels
from skillpod.registry.likeness import Likeness
from skillpod.registry.registry import Registry
from skillpod.registry.search import Search
from skillpod.registry.seen import Seen
from skillpod.registry.stable import DESCRIBE, FEW, RESERVED, SEARCH, SPECS, Offer
from skillpod.registry.stable_tools import StableTools
from skillpod.registry.tickets import Tickets
from skillpod.sandbox.apart import cores
from skillpod.sandbox.front import FrontSandbox
from skillpod.sandbox.isolation import JailSandbox
from skillpod.sandbox.outfit import Means
from skillpod.sandbox.secrets import Secrets
from skillpod.sandbox.volumes import Places
from skillpod.sandbox.worker import ProgramWorker
from skillpod.store.bundles import BundleStore
from skillpod.store.index import Index
from skillpod.store.memory import SkillMemory
from skillpod.store.packages import PackageStore

SWEEP = 3.0
"""Seconds between two looks at everything, whatever the watcher says."""


_Result = TypeVar("_Result")
_Word = TypeVar("_Word", bound=Enum)


class SystemClock:
    def now(self) -> float:
        return time.monotonic()

    def epoch(self) -> float:
        return time.time()


class SkillManager:
    """One pod: it watches a directory of skills and serves what is in it. ``async with`` starts and stops it.

    ``skills`` is the directory to watch; ``home`` the pod's own (store, journal, state, socket); ``policies`` a directory of policies, None
    for the packaged default; ``policy`` the active one's name, None for what HOME/pod.yaml says. ``observation`` is how the directory is
    watched, None for what pod.yaml says. ``embedder`` is a model of your own that search asks besides the words.
    """

    def __init__(
        self,
        skills: str | os.PathLike[str] = "skills",
        *,
        home: str | os.PathLike[str] = ".skillpod",
        policies: str | os.PathLike[str] | None = None,
        policy: str | None = None,
        observation: Observation | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self.root = Path(skills).absolute()
        self.home = Home(Path(home).absolute())
        self._policies = None if policies is None else Path(policies).absolute()
        self._policy_name = policy
        self._observation = observation
        self._embedder = embedder
        self._config = PodConfig()
        self._bounds_held = self._config.guests
        self._reading_config = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._running = False

    # --- life -------------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        with suppress(TimeoutError):  # what takes longer (a hundred skills that hang) goes on behind our back
            await self.settled()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    @classmethod
    def blocking(cls, *arguments: Any, **options: Any) -> Blocking:
        """The same pod for code without a loop: ``with SkillManager.blocking("skills") as pod``; many threads may share it."""
        return Blocking(lambda: cls(*arguments, **options))

    async def start(self) -> None:
        """Everything that was mounted is callable when this returns; folders are read from then on.

        Raises PathUnusable, HomeLocked, ConfigInvalid, PolicyUnreadable, JournalCorrupt, IsolationUnavailable.
        """
        if not self.root.is_dir():
            raise PathUnusable(f"the skills directory {self.root} is not a directory", hint="make it, or give another with --skills")
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        self._running = True

    async def _open(self, stack: AsyncExitStack) -> None:
        self.home.prepare()
        self.home.acquire()
        stack.callback(self.home.release)
        self._places = self._closed_places()
        self._config = load_config(self.home.path, self._places)
        self._bounds_held = self._config.guests
        self._config_stamp = self._stamp_config()
        clock = SystemClock()
        self._in_force = InForce(self._policies, name=lambda: self._policy_name or self._config.policy, today=lambda: day(clock.epoch()))
        self._packages = PackageStore(self.home.packages)
        self._packages_stamp = self._packages.stamp()
        self._audits = audits = helper()
        stack.callback(audits.close)
        threads = ThreadPoolExecutor(max_workers=max(2, cores()), thread_name_prefix="skillpod")
        stack.callback(threads.shutdown)
        journal, index = await self._open_log(stack, clock)
        self._in_force.require(index.rules())
        memory = SkillMemory(self.home.memory)
        stack.callback(memory.close)
        self._news = News(clock=clock, worker=ProgramWorker(), alert=lambda: (self._config.alert.command, self._config.alert.timeout))
        stack.push_async_callback(self._news.close)
        self._outlet = Outlet(
            journal, keeping=lambda: self._config.log, worker=ProgramWorker(), news=self._news, clock=clock, syslog=SYSLOG
        )
        stack.push_async_callback(self._outlet.close)
        self._secrets = Secrets(lambda: self._config.secrets, worker=ProgramWorker(), trouble=self._trouble)
        means = Means(memory=memory, secrets=self._secrets, authorities=self._config.network.authorities)
        self._sandbox = FrontSandbox(JailSandbox(means, bounds=self._config.guests), memory=memory)
        stack.push_async_callback(self._sandbox.close)
        self._registry = Registry()
        examiner = Examiner(audits, suppressions=lambda: self._in_force.suppressions, today=lambda: day(clock.epoch()))
        self._parts = Parts(
            registry=self._registry,
            sandbox=self._sandbox,
            journal=journal,
            ledger=Ledger(journal=journal, state=index),
            store=BundleStore(self.home.store),
            state=index,
            clock=clock,
            news=self._news,
            examiner=examiner,
            judge=Judge(
                rules=lambda: self._in_force.rules(self._config.environment),
                state=index,
                clock=clock,
                renewed=examiner.renewed,
                isolation=lambda name: Isolation.MODULE if name in self._config.in_process else Isolation.JAIL,
            ),
            bare_names=lambda: self._config.bare_names,
            configured=lambda name: self._config.skills.get(name, {}),
            bindings=lambda: self._config.bindings,
            provide=self._provide,
            trial=lambda: self._config.trial,
            threads=threads,
        )
        self._supervisor = Supervisor(self._parts, root=self.root, settle=Settle(self._config.quiet))
        self._upkeep = Upkeep(self._parts.ledger, journal=self.home.journal, keep=lambda: self._config.log.keep, trouble=self._trouble)
        self._desk = Desk(self._parts, self._supervisor.slots)
        self._ruling = Ruling(self._in_force, self._parts, self._supervisor, config=lambda: self._config)
        started = Entry(fact=Fact.POD_STARTED, trigger="start", policy=self._in_force.policy.digest, source=str(self.root))
        try:
            await self._parts.offload(finish, self.home.journal, self.home.salts)
        except PathUnusable as fault:
            self._trouble(f"salts that the log says are erased are still there: {fault}")
        began = [journal.began.entry()] if journal.began else []
        await self._parts.ledger.write(*began, started, rules_entry(self._in_force, self._config, "start"))
        self._seen = Seen(self._registry, PolicyAccess(lambda: self._in_force.policy))
        self._tickets = Tickets(journal=journal, clock=clock, mint=lambda: token_hex(4), told=self._ask_people)
        self._dispatch = Dispatch(
            seen=self._seen,
            tickets=self._tickets,
            journal=journal,
            clock=clock,
            missing=self._why_missing,
            levels=Levels(lambda: self._config.log),
        )
        stack.push_async_callback(self._say_stopped)
        stack.callback(self._dispatch.flush)
        stack.push_async_callback(self._retire_all)
        self._rights = Rights(journal)
        self._orders = Orders(self._parts, self._supervisor, root=self.root)
        search = Search(self._seen, None if self._embedder is None else Likeness(self._embedder, trouble=self._trouble))
        stack.push_async_callback(search.close)
        self._catalog = Catalog(self._seen, search)
        self._stable = StableTools(catalog=self._catalog, dispatch=self._dispatch, clock=clock)
        self._started_at = clock.epoch()
        await self._begin(stack)

    async def _open_log(self, stack: AsyncExitStack, clock: SystemClock) -> tuple[JournalWriter, Index]:
        """The log, held against what was signed of it, and what it comes to."""
        journal = JournalWriter(self.home.journal, node=self.home.node(), epoch=clock.epoch, salts=self.home.salts, trouble=self._trouble)
        await journal.open()
        stack.push_async_callback(journal.close)
        self._journal = journal
        index = Index(self.home.index)
        stack.callback(index.close)
        recollect(index, self.home.journal, end=journal.next_seq - 1)
        return journal, index

    async def _begin(self, stack: AsyncExitStack) -> None:
        loop = asyncio.get_running_loop()
        folders = await self._parts.offload(list_folders, self.root)
        await self._parts.offload(self._sandbox.bound)
        self._audits.start()
        await asyncio.gather(self._sandbox.start(), restore(self._parts, self._supervisor, folders=frozenset(folders.folders)))
        watcher = Watcher(
            self.root,
            touched=lambda name: _from_thread(loop, self._supervisor.touched, name),
            completed=lambda name: _from_thread(loop, self._supervisor.completed, name),
            trouble=lambda message: _from_thread(loop, self._trouble, message),
            observation=self._observation or self._config.watch,
        )
        self._watcher = watcher
        watcher.start()
        stack.callback(watcher.stop)
        for work in (self._supervisor.run(), self._sweep_for_ever(), self._ruling.run(), self._upkeep.run(), self._outlet.run()):
            task = loop.create_task(work)
            stack.push_async_callback(_cancel, task)
        await self._supervisor.sweep()

    async def stop(self) -> None:
        """Stop watching, let calls in flight finish within their limits, end every guest, write it down."""
        if self._running:
            self._running = False
            await self._stack.aclose()

    async def _say_stopped(self) -> None:
        try:
            await self._parts.ledger.write(Entry(fact=Fact.POD_STOPPED, trigger="stop"))
        except JournalFailed as error:
            self._trouble(f"the journal does not say that the pod stopped: {error}")

    async def _retire_all(self) -> None:
        await self._supervisor.close()
        generations = [generation for slot in self._supervisor.slots.values() for generation in (slot.current, slot.previous) if generation]
        for generation in generations:
            self._registry.withdraw(generation.manifest.name)
        await asyncio.gather(*(generation.drain(generation.manifest.limits.wall) for generation in generations))
        await asyncio.gather(*(generation.discard() for generation in generations))
        await self._supervisor.swap.close()

    async def _sweep_for_ever(self) -> None:
        await for_ever(self._sweep, every=SWEEP, told=self._trouble)

    async def _sweep(self) -> None:
        try:
            self._watcher.ensure()
            await self._reload_config()
            self._note_packages()
        finally:
            await self._supervisor.sweep()

    def _trouble(self, message: str) -> None:
        self._news.tell(Kind.TROUBLE, message=message)

    # --- the operator's side ----------------------------------------------------------------------------------------------

    @property
    def config(self) -> PodConfig:
        """What HOME/pod.yaml says now."""
        return self._config

    def serve_others(self) -> None:
        """Say that other machines reach this pod: from now on its policy must say in so many words which unsigned skills it accepts.
        Raises PolicyUnreadable when it does not."""
        self._in_force.serve_others()

    def _provide(self, admission: Admission, manifest: Manifest) -> Provision:
        """What stands behind its grants now. Raises VolumeUnusable, ProgramUnusable, PackageUnusable, SecretUnusable."""
        self._secrets.require(admission.grants.secrets)
        folder = self.root / manifest.name
        provider = Provider(
            bound=self._config.bindings,
            variables=self._config.variables.of(manifest.name),
            packages=self._packages,
            places=self._places,
            build=f"`skillpod deps build {folder if folder.is_dir() else 'DIR'} --home {self.home.path}`; it is tried again by itself",
        )
        return provider.provide(admission.grants, manifest)

    def _note_packages(self) -> None:
        """Somebody built one, or took one away: what waits for them is decided again."""
        stamp = self._packages.stamp()
        if stamp != self._packages_stamp:
            self._packages_stamp = stamp
            self._supervisor.packages_changed()

    def _closed_places(self) -> Places:
        closed = {"HOME": self.home.path, "the skills directory": self.root}
        return Places.around(closed if self._policies is None else {**closed, "the policies directory": self._policies})

    def _stamp_config(self) -> tuple[int, int, int]:
        try:
            stat = (self.home.path / "pod.yaml").stat()
        except OSError:
            return (0, 0, 0)
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)

    async def _reload_config(self) -> None:
        """Read pod.yaml again when it changed; a bad one never replaces a good one."""
        async with self._reading_config:
            stamp = self._stamp_config()
            if stamp != self._config_stamp:
                await self._take_config()
                self._config_stamp = stamp

    async def _take_config(self) -> None:
        before = self._config
        try:
            self._config = await self._parts.offload(load_config, self.home.path, self._places)
        except SkillpodError as error:
            self._news.tell(Kind.TROUBLE, message=f"pod.yaml is not taken, what it said before stays: {error.message}", error=error)
            return
        if self._config.digest != before.digest:
            await self._ruling.note_config()
        if self._config.guests not in (before.guests, self._bounds_held):
            self._trouble("pod.yaml says otherwise what all guests may use together (`guests`): that is taken when the pod starts")
        self._supervisor.rebind(before.bindings)
        if (self._config.environment, self._config.in_process) != (before.environment, before.in_process):
            await self._ruling.decide_again("config")
        for slot in self._supervisor.slots.values():
            slot.forget_refusal()

    # --- calling ----------------------------------------------------------------------------------------------------------

    def tools(
        self, provider: str = "openai", *, caller: Caller | None = None, offer: str = Offer.SKILLS.value, defer: str = Defer.NOTHING.value
    ) -> list[dict[str, Any]]:
        """What the API's ``tools`` parameter takes: every tool that this caller may see now, sorted by name. ``offer`` is ``skills``,
        ``stable`` (the three tools that find and call all others) or ``both``. ``defer`` is ``nothing``, or ``skills``: the API's own tool
        search finds those tools when they are needed, and the model does not see them before.

        Raises CommandInvalid for an unknown word, and TooManyTools.
        """
        return tool_definitions(provider, self.offered(caller=caller, offer=offer), defer=_meant(Defer, defer, "defer"))

    def offered(self, *, caller: Caller | None = None, offer: str = Offer.SKILLS.value) -> list[Offered]:
        """As ``tools``, before they have any API's shape: each tool's spec, and arguments it was tried with."""
        wanted = _meant(Offer, offer, "offer")
        seen = [] if wanted is Offer.STABLE else self.cards(caller=caller)
        offered = [Offered(spec, tuple(card.examples(spec.name))) for card in seen for spec in card.tools]
        offered += [] if wanted is Offer.SKILLS else map(Offered, SPECS)
        return sorted(offered, key=lambda each: each.spec.exported)

    def cards(self, *, caller: Caller | None = None) -> list[Card]:
        """What a door may show of every published skill that this caller may see, sorted by name: of one some of whose tools are hidden
        from it, the others and no file."""
        return self._seen.cards(caller or OWNER)

    async def call(self, tool: str, arguments: Any, *, caller: Caller | None = None) -> Any:
        """The value a tool returns for these arguments; raises as ``invoke`` does."""
        return (await self.invoke(tool, arguments, caller=caller)).value

    async def invoke(self, tool: str, arguments: Any, *, caller: Caller | None = None, hear: Hear = unheard) -> CallResult:
        """As ``call``, with usage (seconds, bytes), generation and digest. ``hear`` is told what the call says while it runs: its
        progress and its log. A call whose task is cancelled is ended in its guest too.

        Raises UnknownTool, NotAllowed, ApprovalNeeded when a person must agree first, ArgumentsInvalid, the SkillFailed family and
        JournalUnwritable.
        """
        invoke = self._stable.invoke if tool in RESERVED else self._dispatch.invoke
        return await invoke(tool, arguments, caller or OWNER, hear)

    async def search(self, query: str, limit: int = FEW, *, caller: Caller | None = None) -> list[dict[str, Any]]:
        """The tools and skills that fit a query best, best first: ``{name, kind, skill, description, score}`` each, where ``kind`` is
        ``tool`` or ``skill`` and the best has the score 1. Raises ArgumentsInvalid for a limit outside 1 to 50."""
        found: list[dict[str, Any]] = await self.call(SEARCH, {"query": query, "limit": limit}, caller=caller)
        return found

    async def describe(self, name: str, *, caller: Caller | None = None) -> dict[str, Any]:
        """All there is to know of one tool before it is called, or of one skill: its tools and its manual. Raises UnknownTool."""
        told: dict[str, Any] = await self.call(DESCRIBE, {"name": name}, caller=caller)
        return told

    async def related(self, name: str, limit: int = FEW, *, caller: Caller | None = None) -> list[dict[str, Any]]:
        """The tools and skills most like the one of this name, as ``search`` gives them. Raises UnknownTool."""
        return [found.as_dict() for found in await self._catalog.related(name, limit, caller or OWNER)]

    async def answer(self, provider: str, tool_calls: Any, *, caller: Caller | None = None) -> list[dict[str, Any]]:
        """Answer a model's tool calls: what to append to the conversation, in the provider's shape, empty when there were no calls.
        ``tool_calls`` is the list that the API gave, whatever else is in it, or its whole answer. A call that fails is answered with its
        error. Raises CommandInvalid for an unknown provider, or what is no answer of its."""
        who = caller or OWNER
        return await answer_calls(
            provider, tool_calls, lambda tool, arguments: self.invoke(tool, arguments, caller=who), lambda tool: self._spec(tool, who)
        )

    def _spec(self, tool: str, who: Caller) -> ToolSpec | None:
        binding = self._seen.tool(tool, who)
        return next((spec for spec in SPECS if spec.exported == tool), None) if binding is None else binding.contract.spec

    def _why_missing(self, tool: str) -> SkillpodError | None:
        slot = self._supervisor.slots.get(tool.partition("__")[0])
        return slot.error if slot is not None and slot.current is None else None

    # --- operating --------------------------------------------------------------------------------------------------------

    def allow(self, principal: Principal, role: Role, act: str, *, skill: str = "") -> None:
        """Return when this principal has the role that an act asks for, and sees the skill that it is about. Raises NotAllowed,
        UnknownSkill; the journal says who was denied what."""
        self._rights.require(principal, role, act, skill=skill)

    def denied(self, principal: Principal, act: str, why: str) -> SkillpodError:
        """What to raise for an act that no role allows, once the journal knows of it."""
        return self._rights.denied(NotAllowed(f"`{principal.name}` may not {act}: {why}"), principal, act)

    async def execute(self, command: Command) -> dict[str, Any]:
        """Carry out one command of a door; the skill's entry in ``skills()`` afterwards. Raises as ``allow`` does, and what stands in its
        way, after which all is as before."""
        principal = command.principal
        self.allow(principal, NEEDS[command.verb], command.verb.value, skill=command.name or Path(command.path).name)
        try:
            name = await self._orders.execute(command)
        except UnknownSkill as unknown:
            raise unknown if principal.sees_all else unseen(unknown.skill) from None  # its hint may name what is not seen
        return summary(self._supervisor.slot(name), self._parts.state)

    def waiting_calls(self, principal: Principal = LOCAL_OWNER) -> list[dict[str, Any]]:
        """The calls that a person must agree to, and the answers that are not used yet, for a reviewer. Raises NotAllowed."""
        self.allow(principal, Role.REVIEWER, "see what calls wait")
        return self._tickets.waiting(principal)

    async def answer_call(self, id_: str, answer: Answer, *, principal: Principal = LOCAL_OWNER, reason: str = "") -> dict[str, Any]:
        """Agree to one call that waits, which may then be made once, or say no to it. A reviewer answers nobody's own call.

        Raises NotAllowed, UnknownCall, CommandInvalid when it was answered before, JournalUnwritable.
        """
        act = f"{answer.value} a call"
        self.allow(principal, Role.REVIEWER, act)
        if self._tickets.find(id_, principal).question.principal == principal.name:
            raise self.denied(principal, act, "it is its own")
        answered = await self._tickets.answer(id_, answer, principal, reason)
        return answered.as_dict(now=self._parts.clock.now())

    async def erase_salts(self, selection: Selection, *, principal: Principal = LOCAL_OWNER, reason: str = "") -> dict[str, Any]:
        """Erase the salts of these entries, so that nobody can try out what their HMACs are of: ``{"entry", "salts"}``, the number of the
        log's entry about it and how many they were, both 0 where there was none. For an admin who sees all.

        Raises NotAllowed, CommandInvalid for a selection of nothing, JournalUnwritable, PathUnusable.
        """
        act = "erase salts of the log"
        self.allow(principal, Role.ADMIN, act)
        if not principal.sees_all:
            raise self.denied(principal, act, "they are of all skills, and it sees some")
        if not selection:
            raise CommandInvalid("nothing says which salts", hint="by entries, skill, tool, actor, since or until")
        self._dispatch.flush()  # calls that are over count, though their entries wait for company
        erasure = await self._parts.offload(plan, self.home.journal, self.home.salts, selection)
        if not erasure.count:
            return {"entry": 0, "salts": 0}
        number = await self._parts.journal.record(erasure.entry(principal.name, principal.words, reason))
        # Once more: what was on its way to the disk stands there now, before the entry that says it is erased.
        erasure = await self._parts.offload(partial(plan, self.home.journal, self.home.salts, selection, before=number))
        await self._parts.offload(carry_out, erasure, self.home.salts)
        return {"entry": number, "salts": erasure.count}

    def _ask_people(self, ticket: Ticket) -> None:
        asked = f"a call of {ticket.question.tool} by {ticket.question.principal} waits: skillpod approve-call {ticket.id}"
        self._news.tell(Kind.HELD, skill=ticket.skill, version=ticket.version, digest=ticket.question.digest, message=asked)

    async def mount(self, path: str | os.PathLike[str], *, config: Mapping[str, Any] | None = None, actor: str = "owner") -> dict[str, Any]:
        """Mount a skill folder, with its config; the operator becomes its source, unless it is in the skills directory."""
        return await self.execute(Command(verb=Verb.MOUNT, principal=_named(actor), path=os.fspath(path), config=config))

    async def unmount(self, name: str, *, actor: str = "owner") -> dict[str, Any]:
        return await self.execute(Command(verb=Verb.UNMOUNT, principal=_named(actor), name=name))

    async def reload(self, name: str, *, actor: str = "owner") -> dict[str, Any]:
        """Read the source again now; ends a pin and an unmount."""
        return await self.execute(Command(verb=Verb.RELOAD, principal=_named(actor), name=name))

    async def rollback(self, name: str, to: str = "", *, actor: str = "owner") -> dict[str, Any]:
        """Return to the version before, or to the one whose digest begins so, and pin it."""
        return await self.execute(Command(verb=Verb.ROLLBACK, principal=_named(actor), name=name, to=to))

    async def resume(self, name: str, *, actor: str = "owner") -> dict[str, Any]:
        """Lift the quarantine of the skill's digests and try what is desired again."""
        return await self.execute(Command(verb=Verb.RESUME, principal=_named(actor), name=name))

    async def approve(self, name: str, digest: str, *, reason: str, lasts: float = 0.0, actor: str = "owner") -> dict[str, Any]:
        """Agree to what is held, whose digest begins so, for ``lasts`` seconds (0: as long as is allowed). Raises NothingHeld, NotAllowed
        for who asked for it, UnknownDigest when something else is held by now."""
        command = Command(verb=Verb.APPROVE, principal=_named(actor), name=name, to=digest, reason=reason, lasts=lasts)
        return await self.execute(command)

    async def deny(self, name: str, digest: str, *, reason: str, actor: str = "owner") -> dict[str, Any]:
        """Say no to what is held. Raises as ``approve``."""
        return await self.execute(Command(verb=Verb.DENY, principal=_named(actor), name=name, to=digest, reason=reason))

    async def settled(self, timeout: float = 60.0) -> None:
        """Returns when every folder that is in the skills directory now has been dealt with. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            await self._reload_config()
            await self._ruling.reread()
            await self._supervisor.sweep()
            await self._supervisor.quiet()

    # --- looking ----------------------------------------------------------------------------------------------------------

    def skills(self) -> list[dict[str, Any]]:
        """One entry a name: ``{name, state, version, digest, generation, tools, error, ...}``, sorted by name."""
        names = sorted({*self._supervisor.slots, *self._parts.state.names()})
        return [summary(self._slot(name), self._parts.state) for name in names]

    def show(self, name: str) -> dict[str, Any]:
        """All that is known of one skill. Raises UnknownSkill."""
        return shown(self._known(name), self._parts.state)

    def instructions(self, name: str) -> str:
        """The manual its author gives the model. Raises UnknownSkill."""
        generation = self._known(name).current
        if generation is None:
            raise UnknownSkill(f"skill `{name}` is not mounted", hint=f"`skillpod show {name}` says why", skill=name)
        return manual_text(generation.survey.bundle.files.get(generation.manifest.instructions, b""))

    def output(self, name: str) -> str:
        """What its guests wrote to stdout and stderr, the newest end. Raises UnknownSkill."""
        generation = self._known(name).current
        return "" if generation is None else generation.guests.output()

    def stats(self) -> dict[str, Any]:
        """Counts of the whole pod."""
        routes = self._registry.routes.values()
        census: dict[str, int] = {}
        for slot in self._supervisor.slots.values():
            for generation in filter(None, (slot.current, slot.previous)):
                for name, count in generation.guests.census().items():
                    census[name] = census.get(name, 0) + count
        return {
            "pod": {"pid": os.getpid(), "home": str(self.home.path), "skills": str(self.root), "started_at": self._started_at},
            "policy": {"name": self._in_force.policy.name, "digest": self._in_force.policy.digest},
            "unsigned": self._desk.unsigned(),
            "held": len(self._desk.holds()),
            "reviews": len(self._desk.reviews()),
            "skills": len(self._registry.routes),
            "tools": sum(len(route.tools) for route in routes),
            "calls": sum(route.leases.calls for route in routes),
            "failures": sum(route.leases.failures for route in routes),
            "guests": census,
            "log": self._outlet.told(),
        }

    def checkpoint(self) -> str:
        """The log's newest checkpoint: a signed note, which says how many entries there are and what they come to."""
        return str(self._journal.sealed)

    def holds(self) -> list[dict[str, Any]]:
        """What waits for people's answers, sorted by name."""
        return self._desk.holds()

    async def held(self, name: str) -> dict[str, Any]:
        """All that a reviewer must know of what is held under a name: what would change, what was found, and what its trial gave, which is
        waited for. Raises UnknownSkill, NothingHeld."""
        return await self._desk.held(self._known(name))

    def reviews(self) -> list[dict[str, Any]]:
        """The broken glass that nobody has reviewed yet, oldest first."""
        return self._desk.reviews()

    async def log(self, query: Query, *, most: int, sees: Callable[[str], bool] = lambda skill: True) -> list[dict[str, Any]]:
        """The newest entries of the log that match and are of a skill that ``sees`` shows (``""``: of none), oldest first. Raises
        JournalCorrupt."""
        return await self._parts.offload(entries_seen, self.home.journal, query, most, sees)

    async def log_entry(self, number: int, *, sees: Callable[[str], bool] = lambda skill: True) -> dict[str, Any]:
        """One entry and its story, as ``skillpod log show --json`` has it. Raises UnknownEntry, JournalCorrupt."""
        return await self._parts.offload(story_seen, self.home.journal, number, sees)

    def events(self) -> AsyncIterator[Event]:
        """Every event from now on, until the pod stops."""
        return self._news.listen()

    def _slot(self, name: str) -> Slot:
        return self._supervisor.slots.get(name) or Slot(name)

    def _known(self, name: str) -> Slot:
        if name not in self._supervisor.slots and name not in self._parts.state.names():
            raise UnknownSkill(f"there is no skill `{name}`", hint="`skillpod list` shows what there is", skill=name)
        return self._slot(name)


def _named(actor: str) -> Principal:
    """Whoever runs in this process may do all; what it calls itself is for the journal."""
    return Principal(name=actor, roles=LOCAL_OWNER.roles)


def _meant(words: type[_Word], word: str, what: str) -> _Word:
    try:
        return words(word)
    except ValueError:
        raise CommandInvalid(f"there is no {what} `{word}`", hint=f"one of: {', '.join(known.value for known in words)}") from None


def _from_thread(loop: asyncio.AbstractEventLoop, function: Callable[[str], None], argument: str) -> None:
    try:
        loop.call_soon_threadsafe(function, argument)
    except RuntimeError:
        return  # the loop has ended: nobody is left to tell


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
