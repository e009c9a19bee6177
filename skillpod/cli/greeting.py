"""What a person wants to know of a pod that starts: where everything is, what is there, how to connect, what to try."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from skillpod import __version__
from skillpod.cli.faults import Line
from skillpod.cli.news import Level
from skillpod.cli.options import Places
from skillpod.cli.quantities import counted
from skillpod.errors import PackageMissing
from skillpod.manager import SkillManager
from skillpod.serve.http import Listening

Say = Callable[[Level, Line], None]


class Greeting:
    def __init__(self, places: Places, say: Say) -> None:
        self._places = places
        self._say = say

    def starting(self) -> None:
        where = f" {__version__}: watching {self._places.skills.absolute()}, home {self._places.home.absolute()}"
        self._say(Level.INFO, (("skillpod", "bold"), where))

    def opened(self, listening: Listening) -> None:
        """The HTTP door is open: the one line that connects a client."""
        url, tokens = listening.address.url, listening.tokens
        if listening.missed is not None:
            self._say(Level.WARNING, (("note: ", "yellow"), f"another process listens on {listening.missed}; this is a port that was free"))
        self._say(Level.INFO, (("MCP", "bold"), f" at {url}", f", for {counted(tokens.count, 'token')}" if tokens.are_asked else ""))
        header = ' --header "Authorization: Bearer TOKEN"' if tokens.are_asked else ""
        self._say(Level.INFO, ("connect: ", (f"claude mcp add --transport http skillpod {url}{header}", "cyan")))
        self._say(Level.INFO, ("   or:   ", (_entry(url, has_token=tokens.are_asked), "cyan"), "; `skillpod install CLIENT` writes it"))

    def without_mcp(self, why: PackageMissing) -> None:
        self._say(Level.WARNING, (("no MCP door: ", "yellow"), f"{why.message}: ", (why.hint, "cyan")))

    def settled(self, pod: SkillManager) -> None:
        skills = pod.skills()
        live = [skill for skill in skills if skill["state"] == "live"]
        of_all = f"{len(live)} of " if len(live) < len(skills) else ""
        tools = counted(sum(len(skill["tools"]) for skill in live), "tool")
        summary = (f"{of_all}{counted(len(skills), 'skill')} live", "bold")
        self._say(Level.INFO, (summary, f", {tools}. Try: ", (self._next(pod, skills, live), "cyan")))
        self._trust(pod.stats())

    def _trust(self, stats: Mapping[str, Any]) -> None:
        """Whose code runs on nobody's word, by which rule; and what people are waited for."""
        unsigned = stats["unsigned"]
        if unsigned:
            rules = ", ".join(f"{count} by the rule {rule}" for rule, count in sorted(unsigned.items()))
            count = sum(unsigned.values())
            self._say(
                Level.INFO,
                (f"{counted(count, 'skill')} {'runs' if count == 1 else 'run'} unsigned: {rules} of the policy ", stats["policy"]["name"]),
            )
        if stats["held"]:
            self._say(
                Level.WARNING, ((f"{counted(stats['held'], 'skill')} held", "yellow"), ": ", ("skillpod holds", "cyan"), " shows what for")
            )
        if stats["reviews"]:
            self._say(Level.WARNING, (("glass was broken", "yellow"), " and nobody has reviewed it: ", ("skillpod reviews", "cyan")))

    def stopping(self) -> None:
        self._say(Level.INFO, (("stopping: calls in flight may finish; Ctrl-C again ends them", "dim"),))

    def _next(self, pod: SkillManager, skills: list[dict[str, Any]], live: list[dict[str, Any]]) -> str:
        home = f" --home {shlex.quote(str(self._places.home))}" if self._places.home.name != ".skillpod" else ""
        callable_now = [skill for skill in live if skill["tools"]]
        if callable_now:
            return f"skillpod call {_example(pod, callable_now)}{home}"
        return f"skillpod list{home}" if skills else f"skillpod new hello --into {shlex.quote(str(self._places.skills))}"


def _entry(url: str, *, has_token: bool) -> str:
    """What most clients want to find in their configuration."""
    headers = {"headers": {"Authorization": "Bearer TOKEN"}} if has_token else {}
    return json.dumps({"mcpServers": {"skillpod": {"type": "http", "url": url, **headers}}})


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
