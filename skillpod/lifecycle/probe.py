"""The calls that prove a guest works: the manifest's own tests, run in the jail before a version is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from skillpod.errors import ProbeFailed, SkillpodError
from skillpod.model.command import Caller
from skillpod.model.manifest import Manifest, SkillTest, ToolSpec
from skillpod.ports import Guests
from skillpod.registry.contract import Contract

PROBER = Caller(principal="skillpod.probe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One test of a manifest, run. ``error`` is None when it passed; ``got`` is the value when there was one."""

    index: int
    test: SkillTest
    got: Any = None
    error: SkillpodError | None = None


async def run_tests(guests: Guests, manifest: Manifest, tools: Sequence[ToolSpec]) -> list[Outcome]:
    """Every test, in order; one that fails does not stop the others. Never raises for what the skill does."""
    specs = {spec.name: spec for spec in tools}
    return [await _run_one(guests, index, test, specs[test.tool]) for index, test in enumerate(manifest.tests)]


async def prove(guests: Guests, manifest: Manifest, tools: Sequence[ToolSpec]) -> None:
    """Start a guest and run the manifest's tests. Raises what Guests.prove raises, or ProbeFailed with every failed test."""
    await guests.prove()
    failed = [outcome.error for outcome in await run_tests(guests, manifest, tools) if outcome.error is not None]
    if failed:
        first = failed[0]
        raise ProbeFailed(
            f"{len(failed)} of {len(manifest.tests)} manifest tests failed: {first.message}",
            at=first.at,
            hint=first.hint or "run `skillpod test` on the folder",
            reasons=failed,
        )


async def _run_one(guests: Guests, index: int, test: SkillTest, spec: ToolSpec) -> Outcome:
    at = f"manifest.yaml:tests[{index}]"
    try:
        reply = await guests.call(test.tool, test.arguments, replace(PROBER, conditions=test.conditions))
        Contract(spec).check_result(reply.value)
    except SkillpodError as error:
        return Outcome(index=index, test=test, error=ProbeFailed(f"{test.tool}: {error.message}", at=at, hint=error.hint, reasons=(error,)))
    if test.has_expect and not same_json(reply.value, test.expect):
        wrong = ProbeFailed(f"{test.tool} gave {_brief(reply.value)}, expected {_brief(test.expect)}", at=at)
        return Outcome(index=index, test=test, got=reply.value, error=wrong)
    return Outcome(index=index, test=test, got=reply.value)


def same_json(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:197]}..."
