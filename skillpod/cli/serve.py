"""The command that runs the pod, and tells what happens in it."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Annotated, Any

import typer

from skillpod import __version__
from skillpod.cli import news, render
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.cli.portrait import counted
from skillpod.intake.watch import Observation
from skillpod.manager import SkillManager
from skillpod.model.event import Event
from skillpod.serve.answers import Exit
from skillpod.serve.listener import serve_socket

app = typer.Typer(rich_markup_mode=None, add_completion=False)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HURRY = 0.5
"""Seconds that each step of stopping has once it was asked for twice."""
SETTLING = 60.0
"""Seconds that the folders found at the start have before the summary is told without them."""


@app.command("serve")
def serve(
    *,
    skills: Skills = DEFAULT_SKILLS,
    policies: Policies = None,
    policy: PolicyName = None,
    home: HomeDir = DEFAULT_HOME,
    polling: Annotated[bool, typer.Option("--polling", help="Look for changes on a timer: for folders that send no file events.")] = False,
    json: Json = False,
) -> None:
    """Watch a folder of skills, mount them, serve their tools; say what happens until Ctrl-C.

    The first Ctrl-C (or SIGTERM) lets calls in flight finish; the second does not wait for them.
    """
    places = Places(home=home, skills=skills, policies=policies, policy=policy)
    observation = Observation.POLLING if polling else None
    pod = SkillManager(skills, home=home, policies=policies, policy=policy, observation=observation)
    code = asyncio.run(_serve(pod, _tell_json if json else _tell, _Silence() if json else _Greeting(places)))
    if code is not Exit.DONE:
        raise typer.Exit(code)


class _Silence:
    """A machine that reads events wants no greeting."""

    def starting(self) -> None: ...
    def settled(self, pod: SkillManager) -> None: ...
    def stopping(self) -> None: ...


class _Greeting(_Silence):
    """What a person wants to know first: where everything is, what is there, what to try."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def starting(self) -> None:
        render.line(("skillpod", "bold"), f" {__version__}: watching {self._places.skills.absolute()}, home {self._places.home.absolute()}")

    def settled(self, pod: SkillManager) -> None:
        skills = pod.skills()
        live = [skill for skill in skills if skill["state"] == "live"]
        of_all = f"{len(live)} of " if len(live) < len(skills) else ""
        tools = counted(sum(len(skill["tools"]) for skill in live), "tool")
        render.line((f"{of_all}{counted(len(skills), 'skill')} live", "bold"), f", {tools}. Try: ", (self._next(pod, skills, live), "cyan"))

    def stopping(self) -> None:
        render.line(("stopping: calls in flight may finish; Ctrl-C again ends them", "dim"))

    def _next(self, pod: SkillManager, skills: list[dict[str, Any]], live: list[dict[str, Any]]) -> str:
        home = f" --home {shlex.quote(str(self._places.home))}" if self._places.home.name != ".skillpod" else ""
        callable_now = [skill for skill in live if skill["tools"]]
        if callable_now:
            return f"skillpod call {_example(pod, callable_now)}{home}"
        return f"skillpod list{home}" if skills else f"skillpod new hello --into {shlex.quote(str(self._places.skills))}"


def _example(pod: SkillManager, skills: list[dict[str, Any]]) -> str:
    """A call that works: a test of some manifest; else one that fits the first tool's schema."""
    for skill in skills:
        for test in pod.show(skill["name"])["tests"]:
            if all(isinstance(value, str | int | float) for value in test["arguments"].values()):
                words = "".join(f" -a {name}={shlex.quote(_word(value))}" for name, value in test["arguments"].items())
                return f"{test['tool']}{words}"
    spec = pod.show(skills[0]["name"])["tool_specs"][0]
    shapes = spec["input_schema"].get("properties", {})
    samples = [f" -a {name}={shlex.quote(_sample(shapes.get(name, {})))}" for name in spec["input_schema"].get("required", ())]
    return f"{spec['exported']}{''.join(samples)}"


def _sample(shape: Mapping[str, Any]) -> str:
    if shape.get("enum"):
        return str(shape["enum"][0])
    return {"integer": "1", "number": "1.5", "boolean": "true", "array": "[]", "object": "{}"}.get(str(shape.get("type")), "hello")


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class _Signals:
    """What the operator asked for: to end, and then not to wait for it."""

    def __init__(self) -> None:
        self.ending = asyncio.Event()
        self.hurry = asyncio.Event()
        for number in SIGNALS:
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # nohup(1): it is to outlive its terminal
            asyncio.get_running_loop().add_signal_handler(number, self._take)

    def _take(self) -> None:
        (self.hurry if self.ending.is_set() else self.ending).set()


async def _serve(pod: SkillManager, tell: Callable[[Event], None], greeting: _Silence) -> Exit:
    signals = _Signals()
    greeting.starting()
    await pod.start()
    telling = asyncio.create_task(_tell_all(pod.events(), tell))
    telling.add_done_callback(lambda _: signals.ending.set())  # nobody reads what is told any more: `skillpod serve | head`
    try:
        async with AsyncExitStack() as socket:
            await socket.enter_async_context(serve_socket(pod, pod.home.path))
            summing = asyncio.create_task(_sum_up(pod, greeting))
            await signals.ending.wait()
            summing.cancel()
            if not telling.done():
                greeting.stopping()
            await _finish(socket.aclose(), signals.hurry)
    finally:
        await _finish(pod.stop(), signals.hurry)
    await telling
    return Exit.INTERRUPTED if signals.hurry.is_set() else Exit.DONE


async def _finish(work: Coroutine[Any, Any, None], hurry: asyncio.Event) -> None:
    """Wait until ``work`` is done; once ``hurry`` is set, for HURRY seconds more, and then cancel it."""
    working, hurried = asyncio.ensure_future(work), asyncio.ensure_future(hurry.wait())
    await asyncio.wait({working, hurried}, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    await asyncio.wait({working}, timeout=HURRY)
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
    if not working.cancelled():
        working.result()


async def _sum_up(pod: SkillManager, greeting: _Silence) -> None:
    with suppress(TimeoutError):
        await pod.settled(SETTLING)
    greeting.settled(pod)


async def _tell_all(events: AsyncIterator[Event], tell: Callable[[Event], None]) -> None:
    async for event in events:
        tell(event)


def _tell(event: Event) -> None:
    for spans in news.lines(event):
        render.line(*spans)


def _tell_json(event: Event) -> None:
    render.record(event.as_dict())
