"""What agents are shown of a skill is clean and cut, whatever door it leaves by, and what it accepts is as it was."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from skillpod import SkillManager
from skillpod.manifest.published import published
from skillpod.model.legible import legible, manual_text
from skillpod.model.manifest import ToolSpec

UNSEEN = "\u202e\u200b\u2060\U000e0069\U000e0067\x9b\ufeff"
HANDLER = '''from dataclasses import dataclass
from typing import Annotated, Literal

from skillpod import Field, tool


@dataclass
class Place:
    """A      place in\n\n\n\n\n    the world.

    Attributes:
        city: Its name.
    """

    city: str
    kind: Annotated[Literal["a  b"], Field(description="What it is.@@")] = "a  b"


@tool(title="Look        it up", deprecated={"until": "2     0"})
def look(place: Place) -> str:
    """Say      what the weather is like.




    There."""
    return "fine"
'''.replace("@@", " very" * 400)
MANUAL = f"# Weather\n\nSays{UNSEEN} it.\n" + "\n" * 200 + "far below" + " " * 300 + "far right\n    code stays\n"


def every_text(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, below in value.items() for text in (key, *every_text(below))]
    return [text for below in value for text in every_text(below)] if isinstance(value, list) else []


def skill(folder: Path) -> Path:
    inside = folder / "skills" / "weather"
    inside.mkdir(parents=True)
    (inside / "handler.py").write_text(HANDLER, encoding="utf-8")
    said = "name: weather\nversion: '1.0.0'\nauthor: x\ndescription: |\n  Says      what the weather\n\n\n\n\n  is like.\n"
    (inside / "manifest.yaml").write_text(said, encoding="utf-8")
    (inside / "README.md").write_text("# Weather\n" + "\n" * 30 + "Says it.\n", encoding="utf-8")
    return folder / "skills"


def test_every_door_gives_the_same_clean_words(tmp_path: Path) -> None:
    async def told() -> list[Any]:
        async with SkillManager(skill(tmp_path), home=tmp_path / "home") as pod:
            given: list[Any] = [pod.tools(shape) for shape in ("openai", "openai-chat", "anthropic", "gemini", "mcp")]
            given += [await pod.describe("weather__look"), await pod.describe("weather"), pod.show("weather")]
            assert pod.instructions("weather") == "# Weather\n\n\nSays it.\n"
            return given

    texts = every_text(asyncio.run(told()))
    assert any("A place in\n\nthe world." in text for text in texts)
    assert any("what the weather is like.\n\nThere." in text for text in texts)
    assert any(text == "Says what the weather\n\nis like." for text in texts)
    assert any(text == "Look it up" for text in texts)
    assert max(map(len, texts)) <= 1024 + len(" (default ...)") * 2  # where an API has no word for a default, it is said
    assert any(text.startswith("What it is. very") and text.endswith("\u2026") for text in texts)


def spec(**said: Any) -> ToolSpec:
    shape: dict[str, Any] = {
        "skill": "weather",
        "name": "look",
        "exported": "weather__look",
        "description": "x",
        "input_schema": {"type": "object"},
        "output_schema": None,
        "parameters": (),
    }
    return ToolSpec(**{**shape, **said})


def test_words_are_cleaned_and_data_is_not() -> None:
    data = f"a  {UNSEEN}"
    schema = {
        "type": "object",
        "description": data,
        "properties": {
            "description": {"type": "string", "enum": [data], "default": data, "examples": [data], "title": data},
            "other": {"anyOf": [{"const": data, "description": data}, {"$ref": "#/$defs/title"}]},
        },
        "$defs": {"title": {"type": "string", "pattern": "a  b", "$comment": data}},
    }
    found = published(spec(input_schema=schema, output_schema=schema)).input_schema
    assert found == {
        "type": "object",
        "description": "a",
        "properties": {
            "description": {"type": "string", "enum": [data], "default": data, "examples": [data], "title": "a"},
            "other": {"anyOf": [{"const": data, "description": "a"}, {"$ref": "#/$defs/title"}]},
        },
        "$defs": {"title": {"type": "string", "pattern": "a  b", "$comment": "a"}},
    }


def test_what_is_cut_says_so() -> None:
    cut = published(spec(description="word " * 1_000)).description
    assert len(cut) <= 1024
    assert cut.endswith("\u2026")
    assert legible("short", 10) == "short"


def test_layout_and_scripts_survive() -> None:
    assert legible("a list:\n    - one\n    - two\n\n\nend", 100) == "a list:\n    - one\n    - two\n\n\nend"
    family, persian, flag = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "می\u200cخواهم", "\u2764\ufe0f"
    assert legible(f"{family} {flag}", 100) == f"{family} {flag}"
    assert legible(persian, 100) == persian
    assert legible("plain\u200dtext\u200d", 100) == "plaintext"


def test_a_manual_is_read_without_what_nobody_sees() -> None:
    text = manual_text(MANUAL.encode())
    assert text == "# Weather\n\nSays it.\n\n\nfar below        far right\n    code stays\n"
    assert manual_text(b"\xef\xbb\xbf# x\r\ny \xff") == "# x\ny \ufffd"
    json.dumps(text)
