"""The skill that every environment's program calls, and a pod over it."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from skillpod import SkillManager
from tests.support.skills import write_skill

HANDLER = '''\
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skillpod import Content, Image, tool


@dataclass
class Point:
    """A place."""

    x: float
    y: float | None = None
    label: str = "here"


@tool(title="Shout", read_only=True)
def shout(text: str, times: int = 2, mood: Literal["glad", "cross"] = "glad") -> dict[str, str]:
    """Say it louder.

    Args:
        text: What to say.
        times: How often.
    """
    return {"said": (text.upper() + "!") * times, "mood": mood}


@tool
def farthest(points: list[Point]) -> Point:
    """Find the point that is farthest out."""
    return max(points, key=lambda point: point.x)


@tool
def words(config: str, run_manager: str | int = "none") -> list[str]:
    """Cut a text into words."""
    return [*config.split(), str(run_manager)]


@tool
def count(labels: dict[str, int]) -> int:
    """Add up what has labels."""
    return sum(labels.values())


@tool
def fail() -> str:
    """Never work."""
    raise ValueError("boom")


@tool
def picture() -> Content:
    """Draw a picture."""
    return ["look", Image(b"pixels")]
'''
MANIFEST = {"tests": [{"tool": "shout", "arguments": {"text": "hi", "times": 1}, "expect": {"said": "HI!", "mood": "glad"}}]}
SAID = {"said": "HI!HI!", "mood": "glad"}
"""What shouting "hi" gives when nothing else is said."""

LATER = '''\
from skillpod import tool


@tool
def greet(name: str) -> str:
    """Greet someone."""
    return f"Hello {name}"
'''


def prepared(folder: Path) -> tuple[Path, Path]:
    """The skills directory and the home of a pod to be."""
    skills = folder / "skills"
    skills.mkdir()
    write_skill(skills, "words", handler=HANDLER, manifest=MANIFEST)
    return skills, folder / "home"


def pod_in(folder: Path) -> SkillManager:
    skills, home = prepared(folder)
    return SkillManager(skills, home=home)


def adapter_example(heading: str) -> CodeType:
    """The example under a heading of docs/adapters.md, which may await, and takes ``pod`` and ``model`` from its namespace."""
    text = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text()
    code = text.partition(f"\n## {heading}\n")[2].partition("```python\n")[2].partition("```")[0]
    made: CodeType = compile(code, heading, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return made


async def run_example(heading: str, **names: Any) -> dict[str, Any]:
    """Its namespace, when it has run."""
    namespace: dict[str, Any] = {"__name__": "__main__", **names}
    running = eval(adapter_example(heading), namespace)  # SAFE: our own documentation
    if running is not None:
        await running
    return namespace


def folder_given() -> Path:
    return Path(sys.argv[1])


def tell(**found: Any) -> None:
    """The last line that a program prints."""
    print(json.dumps(found, default=str))
