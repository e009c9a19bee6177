"""What a zygote and a guest say of themselves before they serve, held against its shape before it means anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skillpod.errors import IsolationUnavailable, WireBroken
from skillpod.model.guest import IsolationReport, Wall, WallState
from skillpod.sandbox.guest.walls.board import REMEDIES, REQUIRED, WALLS
from skillpod.sandbox.wire import WireError

_WORDS_CAP = 1024  # of what is said about a wall: it is shown, and kept in the journal
_PROBES_CAP = 64
_VOLUMES_CAP = 256
_OURS = "only the skillpod runtime may write to the guest's wire"
_STATES = {state.value: state for state in WallState}


def read_walls(frame: Mapping[str, Any]) -> IsolationReport:
    """A guest's first frame as a report.

    Raises IsolationUnavailable naming the wall that is missing, or what the self-test could do; WireBroken for what is no report.
    """
    try:
        report = IsolationReport(
            walls=_walls(frame.get("walls")), self_test=_self_test(frame.get("self_test")), volumes=_volumes(frame.get("volumes", {}))
        )
        has_failed = frame.get("failed")
        if type(has_failed) is not bool:
            raise WireError("a self-test that neither failed nor passed")
    except WireError as fault:
        raise WireBroken(f"the guest broke the protocol: {fault}", hint=_OURS) from fault
    for wall in report.walls:
        if wall.required and wall.state is WallState.UNAVAILABLE:
            raise unavailable(wall.name, wall.detail)
    if has_failed:
        got_through = ", ".join(probe for probe, answer in report.self_test.items() if answer != "refused")
        raise IsolationUnavailable(
            f"the walls stand, yet an empty guest could: {got_through}",
            at="self_test",
            hint="report this kernel and `skillpod doctor --json` to the maintainers",
        )
    untold = sorted(REQUIRED - {wall.name for wall in report.walls})
    if untold:
        raise WireBroken(f"the guest broke the protocol: it does not say how {', '.join(untold)} stands", hint=_OURS)
    return report


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """A wall that could not be put up, or what stands behind a grant and could not be given (``kind``: volume, package or program), and
    why."""

    wall: str = ""
    kind: str = ""
    name: str = ""
    detail: str = ""
    remedy: str = ""


def read_start(answer: Mapping[str, Any]) -> tuple[Wall, ...] | Shortcoming:
    """A zygote's first message: what stands, or what kept it from starting. Raises IsolationUnavailable for anything else."""
    try:
        match answer:
            case {"t": "ready", "walls": said}:
                return _walls(said)
            case {"t": "failed", "wall": str(wall), "detail": str(detail)} if wall in WALLS:
                return Shortcoming(wall=wall, detail=detail[:_WORDS_CAP])
            case {"t": "failed", "kind": str(kind), "name": str(name), "detail": str(detail), "remedy": str(remedy)}:
                return Shortcoming(kind=kind, name=name[:_WORDS_CAP], detail=detail[:_WORDS_CAP], remedy=remedy[:_WORDS_CAP])
    except WireError as fault:
        raise IsolationUnavailable(f"the process guests are forked from did not start: {fault}", at="zygote") from fault
    raise IsolationUnavailable("the process guests are forked from did not start: it said neither how nor why not", at="zygote")


def _walls(said: object) -> tuple[Wall, ...]:
    """Raises WireError."""
    if type(said) is not list:
        raise WireError("a report without its walls")
    walls = tuple(_wall(shape) for shape in said[: len(WALLS)])
    if len({wall.name for wall in walls}) != len(said):
        raise WireError("a report that has a wall twice")
    return walls


def _wall(shape: object) -> Wall:
    match shape:
        case {"name": str(name), "state": str(state), "required": bool(required), "detail": str(detail), "remedy": str(remedy)}:
            if name in WALLS and state in _STATES:
                return Wall(name=name, state=_STATES[state], required=required, detail=detail[:_WORDS_CAP], remedy=remedy[:_WORDS_CAP])
    raise WireError("a wall that is none of ours")


def _self_test(said: object) -> dict[str, str]:
    """What was tried, and what came of it. Raises WireError."""
    if type(said) is not dict or len(said) > _PROBES_CAP or not all(isinstance(answer, str) for answer in said.values()):
        raise WireError("a report without its self-test")
    return {probe[:_WORDS_CAP]: answer[:_WORDS_CAP] for probe, answer in said.items()}


def _volumes(said: object) -> dict[str, dict[str, str]]:
    """By a volume's name, what ``guest.walls.volumes.Said`` holds. Raises WireError."""
    if type(said) is not dict or len(said) > _VOLUMES_CAP:
        raise WireError("a report without its volumes")
    return {name[:_WORDS_CAP]: _volume(shape) for name, shape in said.items()}


def _volume(shape: object) -> dict[str, str]:
    match shape:
        case {"at": str(at), "access": str(access), "acts": str(acts)}:
            return {"at": at[:_WORDS_CAP], "access": access[:_WORDS_CAP], "acts": acts[:_WORDS_CAP]}
    raise WireError("a volume that is not in order")


def unavailable(wall: str, detail: str) -> IsolationUnavailable:
    return IsolationUnavailable(f"the wall {wall} can't be put up: {detail}", at=wall, hint=REMEDIES.get(wall, ""))
