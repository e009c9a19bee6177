"""One granted program, run behind real walls without a pod: as a function, or for another user ``run_program SPEC`` that prints JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.model.capability import Access, Lifetime, VolumeAsk
from skillpod.model.guest import IsolationReport
from skillpod.model.manifest import Limits
from skillpod.model.provision import Program, ProgramBinding
from skillpod.model.volume import Binding
from skillpod.sandbox import programs, volumes
from skillpod.sandbox.asks.asking import Denied, Reached
from skillpod.sandbox.asks.programs import Jail, ProgramAsks
from skillpod.sandbox.forked import Forked
from skillpod.sandbox.output import Output
from skillpod.sandbox.volumes import Places
from skillpod.sandbox.zygote import START_PROGRAMS, Zygote

_NOWHERE = Places.around({})


@dataclass(frozen=True, kw_only=True)
class Spec:
    """``programs`` are by name: a path, and after it what it reads. ``volumes`` are by name: a path and an access. ``volume`` is the one
    to start it in."""

    argv: Sequence[str]
    programs: Mapping[str, Sequence[str]]
    volumes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    volume: str = ""
    stdin: str = ""
    timeout: float | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    without: Sequence[str] = ()
    seconds: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Ran:
    """``denied`` is why it gave nothing, in the words the guest gets; ``told`` what the operator is told."""

    status: int | None = None
    by: str = ""
    stdout: str = ""
    stderr: str = ""
    denied: str = ""
    told: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)

    def state(self, wall: str) -> str:
        states: dict[str, str] = {each["name"]: each["state"] for each in self.report["walls"]}
        return states[wall]


def bound(name: str, path: str, *reads: str, **environment: str) -> Program:
    binding = ProgramBinding(path=path, reads=reads, environment=tuple(sorted(environment.items())))
    (found,) = programs.resolve([name], {name: binding}, _NOWHERE, {})
    return found


def ran(spec: Spec) -> Ran:
    """Raises ProgramUnusable, VolumeUnusable."""
    return asyncio.run(_ran(spec))


async def _ran(spec: Spec) -> Ran:
    granted = [bound(name, *said, **spec.environment) for name, said in spec.programs.items()]
    bindings = {name: Binding(path=path, access=Access(access)) for name, (path, access) in spec.volumes.items()}
    held = volumes.hold(volumes.resolve([VolumeAsk(name, said[1]) for name, said in spec.volumes.items()], bindings, _NOWHERE))
    zygote = Zygote(without=frozenset(spec.without), entry=START_PROGRAMS, held=held, programs=granted)
    output = Output()

    async def fork(limits: Limits, lifetime: Lifetime) -> Forked:
        if not zygote.alive:
            await zygote.start()
        return await zygote.fork(limits, lifetime=lifetime)

    limits = Limits(**{"wall": 20.0, **spec.limits})
    asks = ProgramAsks(granted, volumes=spec.volumes, limits=limits, jail=Jail(fork=fork, output=output))
    arguments = {
        "argv": list(spec.argv),
        "volume": spec.volume or None,
        "timeout": spec.timeout,
        "stdin": b64encode(spec.stdin.encode()).decode(),
    }
    try:
        said: Any = await asks.operations["program.run"](arguments, Reached(perf_counter() + spec.seconds))
    except Denied as refusal:
        return Ran(denied=str(refusal), told=output.text(), report=_shown(asks.report))
    finally:
        await zygote.close()
        volumes.let_go(held)
    return Ran(status=said["status"], by=said["by"], stdout=_text(said["stdout"]), stderr=_text(said["stderr"]), report=_shown(asks.report))


def _text(encoded: str) -> str:
    return b64decode(encoded).decode("utf-8", "replace")


def _shown(report: IsolationReport | None) -> Mapping[str, Any]:
    return report.as_dict() if report else {}


if __name__ == "__main__":
    try:
        print(json.dumps(asdict(ran(Spec(**json.loads(sys.argv[1]))))))
    except SkillpodError as error:
        print(json.dumps({"denied": error.message, "told": error.hint}))
