"""After a restart: everything desired is mounted again from the store, decided anew, under the numbers it had; no guest is started."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from skillpod.errors import SkillpodError, Waiting
from skillpod.lifecycle.parts import Parts
from skillpod.lifecycle.pipeline import Survey
from skillpod.lifecycle.plan import Plan
from skillpod.lifecycle.supervisor import Supervisor
from skillpod.lifecycle.swap import Occasion
from skillpod.lifecycle.turns import own_up
from skillpod.model.bundle import Bundle
from skillpod.model.command import FOLDER, Mode, Remembered
from skillpod.model.digest import Digest
from skillpod.model.event import Kind
from skillpod.sandbox.apart import cores

_BATCH = 32
"""How many bundles are read in one process, at the most: what was mounted was read in one of its own when it came."""

_EACH = 3
"""Batches a processor: the first can be published while the others are read."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What the store gave for one name: a survey, or why there is none."""

    remembered: Remembered
    survey: Survey | None
    error: SkillpodError | None


async def restore(parts: Parts, supervisor: Supervisor, *, folders: frozenset[str] | None) -> None:
    """Publish every name that was published when the pod ended. ``folders`` are the names in the skills directory, None if it can't be
    read: a followed folder that is gone is left to the sweep, which unmounts it."""
    occasion = Occasion(trigger="start", actor="skillpod", since=parts.clock.now())
    wanted = [remembered for remembered in parts.state.names().values() if _is_due(remembered, folders)]
    batches = _batches(wanted)
    waiting: list[_Found] = []
    # More threads than processors: most of them wait for their turn to have a batch read.
    threads = ThreadPoolExecutor(max_workers=2 * _EACH * cores(), thread_name_prefix="skillpod")
    try:
        for found in [asyncio.get_running_loop().run_in_executor(threads, _find, parts, batch) for batch in batches]:
            waiting += [item for item in await found if not await _restore_one(parts, supervisor, item, occasion)]
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
    while waiting:  # those that require others come in the round after them
        later = [item for item in waiting if not await _restore_one(parts, supervisor, item, occasion)]
        if len(later) == len(waiting):
            break
        waiting = later
    for item in waiting:
        slot = supervisor.slot(item.remembered.desired.name)
        if isinstance(slot.error, Waiting):
            await supervisor.refuse(slot, slot.error, occasion)


def _is_due(remembered: Remembered, folders: frozenset[str] | None) -> bool:
    desired = remembered.desired
    if desired.mode is Mode.ABSENT or remembered.digest is None:
        return False
    return desired.source != FOLDER or folders is None or desired.name in folders


def _batches(wanted: Sequence[Remembered]) -> list[Sequence[Remembered]]:
    size = max(1, min(_BATCH, -(-len(wanted) // (_EACH * cores()))))
    return [wanted[start : start + size] for start in range(0, len(wanted), size)]


def _find(parts: Parts, batch: Sequence[Remembered]) -> list[_Found]:
    """In the order of ``batch``."""
    bundles: dict[str, Bundle] = {}
    errors: dict[str, SkillpodError] = {}
    for remembered in batch:
        name = remembered.desired.name
        try:
            bundles[name] = parts.store.get(remembered.digest or Digest(""))
        except SkillpodError as error:
            errors[name] = error
    surveys = dict(zip(bundles, parts.examiner.survey_again([(bundle, name) for name, bundle in bundles.items()]), strict=True))
    return [_Found(each, surveys.get(each.desired.name), errors.get(each.desired.name)) for each in batch]


async def _restore_one(parts: Parts, supervisor: Supervisor, item: _Found, occasion: Occasion) -> bool:
    """Whether this name is done with; False when it waits for another."""
    desired = item.remembered.desired
    slot = supervisor.slot(desired.name)
    try:
        if item.error is not None:
            raise item.error
        why = parts.state.quarantined().get(item.survey.bundle.digest) if item.survey else None
        if item.survey is None or why is not None:
            return True  # the sweep says so, and what to do
        plan = await supervisor.swap.planner.plan_surveyed(slot, desired, item.survey)
        if _same(plan, item.remembered.identity):
            parts.registry.check(slot.name, plan.survey.tools)
            generation = supervisor.swap.open(slot, item.remembered.generation, plan)
            supervisor.swap.publish(slot, generation, occasion)
        else:
            await supervisor.swap.bring(slot, item.survey.bundle, desired, occasion)
    except Waiting as error:
        slot.error = error
        return False
    except Exception as fault:  # noqa: BLE001  # SAFE: told; what one skill does must not keep the others from being there
        failed = own_up(fault)
        await supervisor.refuse(slot, failed, occasion)
        parts.news.tell(
            Kind.TROUBLE, skill=slot.name, message=f"it was mounted before the restart and is not now: {failed.message}", error=failed
        )
    return True


def _same(plan: Plan, identity: Mapping[str, object]) -> bool:
    return plan.identity.as_dict() == dict(identity)
