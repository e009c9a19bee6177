"""The command that runs the pod, and tells what happens in it."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer

from skillpod import __version__
from skillpod.cli import news, render
from skillpod.cli.options import DEFAULT_HOME, DEFAULT_SKILLS, HomeDir, Json, Places, Policies, PolicyName, Skills
from skillpod.intake.watch import Observation
from skillpod.manager import SkillManager
from skillpod.model.event import Event
from skillpod.serve.answers import Exit
from skillpod.serve.control import serve_socket

app = typer.Typer(rich_markup_mode=None, add_completion=False)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
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
    try:
        asyncio.run(_serve(pod, _tell_json if json else _tell, _Silence() if json else _Greeting(places)))
    except asyncio.CancelledError:
        raise typer.Exit(Exit.INTERRUPTED) from None


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
        count = f"{len(live)} of {len(skills)} skills live" if len(live) < len(skills) else f"{len(skills)} skills live"
        render.line(
            (count, "bold"), f", {sum(len(skill['tools']) for skill in live)} tools. Try: ", (self._next(pod, skills, live), "cyan")
        )

    def stopping(self) -> None:
        render.line(("stopping: calls in flight may finish; Ctrl-C again ends them", "dim"))

    def _next(self, pod: SkillManager, skills: list[dict[str, Any]], live: list[dict[str, Any]]) -> str:
        home = f" --home {shlex.quote(str(self._places.home))}" if self._places.home.name != ".skillpod" else ""
        callable_now = [skill for skill in live if skill["tools"]]
        if callable_now:
            spec = pod.show(callable_now[0]["name"])["tool_specs"][0]
            return f"skillpod call {spec['exported']}{''.join(_example(spec['input_schema']))}{home}"
        return f"skillpod list{home}" if skills else f"skillpod new hello --into {shlex.quote(str(self._places.skills))}"


def _example(schema: Mapping[str, Any]) -> list[str]:
    shapes = schema.get("properties", {})
    return [f" -a {name}={shlex.quote(_sample(shapes.get(name, {})))}" for name in schema.get("required", ())]


def _sample(shape: Mapping[str, Any]) -> str:
    if shape.get("enum"):
        return str(shape["enum"][0])
    return {"integer": "1", "number": "1.5", "boolean": "true", "array": "[]", "object": "{}"}.get(str(shape.get("type")), "hello")


async def _serve(pod: SkillManager, tell: Callable[[Event], None], greeting: _Silence) -> None:
    ending = _ending()
    greeting.starting()
    await pod.start()
    try:
        telling = asyncio.create_task(_tell_all(pod.events(), tell))
        telling.add_done_callback(lambda _: ending.set())  # nobody reads what is told any more: `skillpod serve | head`
        async with serve_socket(pod, pod.home.path):
            summing = asyncio.create_task(_sum_up(pod, greeting))
            await ending.wait()
            summing.cancel()
            if not telling.done():
                greeting.stopping()
    finally:
        await pod.stop()
    await telling


def _ending() -> asyncio.Event:
    """Set by the first signal; the second one cancels the task that called this."""
    loop, task, ending = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def end() -> None:
        if ending.is_set() and task is not None:
            task.cancel()
        ending.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, end)
    return ending


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
