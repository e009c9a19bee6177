"""The folder a new skill begins as: it mounts as it is, and each of its lines shows where to go on."""

from __future__ import annotations

from skillpod.errors import CommandInvalid
from skillpod.model.names import SKILL_NAME_LIMIT, is_skill_name

_YAML_WORDS = frozenset({"null", "true", "false"})

_MANIFEST = """\
name: {quoted}                 # equals the folder's name
version: "0.1.0"
description: Greet people by name, politely.    # the model reads this to decide whether to use the skill
author: Your Name <you@example.org>
license: MIT

# Nothing is allowed that is not asked for. Every key, with its default: docs/manifest.md
limits: {{wall: 5s, memory: 128MiB}}

tests:                         # run in the sandbox before a version is published
  - {{tool: greet, arguments: {{name: Ada}}, expect: "Hello, Ada!"}}
  - {{tool: greet, arguments: {{name: Ada, times: 2}}, expect: "Hello, Ada! Hello, Ada!"}}
"""

_HANDLER = '''\
"""The tools of {title}."""

from __future__ import annotations

from typing import Annotated

from skillpod import Field, tool


@tool(read_only=True)  # every function marked @tool is one the model can call; the others stay private
def greet(name: str, times: Annotated[int, Field(ge=1, le=10)] = 1) -> str:
    """Greet someone by name.

    Args:
        name: Who to greet.
        times: How often.
    """
    return " ".join([_greeting(name)] * times)


def _greeting(name: str) -> str:
    return f"Hello, {{name.strip()}}!"


# What must outlive a call goes into ctx.state: import Context from skillpod and add a parameter `ctx: Context`.
'''

_README = """\
# {title}

The manual a model is given with the tools: when to use them, in which order, what to watch for.

- `greet` greets someone. Give `times` to repeat it.
"""

_TEST = '''\
"""Plain tests: run `python -m pytest` in this folder. The manifest's own tests run in the sandbox: `skillpod test .`"""

from __future__ import annotations

from handler import greet


def test_it_greets_by_name() -> None:
    assert greet("Ada") == "Hello, Ada!"


def test_it_greets_as_often_as_asked() -> None:
    assert greet("Ada", times=2) == "Hello, Ada! Hello, Ada!"
'''


def new_skill(name: str) -> dict[str, bytes]:
    """The files of a new skill, by relative name. Raises CommandInvalid for what is no skill name."""
    if not is_skill_name(name):
        hint = f"lower-case words joined by _ or -, beginning with a letter, at most {SKILL_NAME_LIMIT} characters"
        raise CommandInvalid(f"{name!r} is no skill name", hint=hint)
    quoted = f'"{name}"' if name in _YAML_WORDS else name
    title = name.replace("_", " ").replace("-", " ").capitalize()
    texts = {"manifest.yaml": _MANIFEST, "handler.py": _HANDLER, "README.md": _README, "tests/test_handler.py": _TEST}
    return {file: text.format(quoted=quoted, title=title).encode() for file, text in texts.items()}
