"""A to-do list in ``ctx.state``: it outlives the call, the guest and the version of this code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from skillpod import Context, Field, tool

_MOST = 1000


@dataclass
class Note:
    """One note; ``number`` is its name for ever, even when others are removed."""

    number: int
    text: str
    tags: list[str]
    done: bool


@tool(title="Add a note", idempotent=False, category="memory")
def add(text: Annotated[str, Field(max_length=2000, pattern=r"\S")], ctx: Context, tags: list[str] | None = None) -> Note:
    """Write a note down and return it with its number.

    Args:
        text: What to remember.
        tags: Words to find it by.
    """
    if sum(1 for key in ctx.state if key.startswith("note:")) >= _MOST:
        raise ValueError(f"the notebook is full ({_MOST} notes): remove some first")
    number = int(ctx.state.get("last", 0)) + 1
    note = Note(number=number, text=text.strip(), tags=sorted(set(tags or [])), done=False)
    ctx.state["last"] = number  # first: a number may be skipped when the guest dies here, never given twice
    ctx.state[_key(number)] = asdict(note)
    return note


@tool(title="List notes", read_only=True, idempotent=True, category="memory")
def notes(ctx: Context, status: Literal["open", "done", "all"] = "open", tag: str | None = None) -> list[Note]:
    """List notes in the order they were added.

    Args:
        status: Which ones.
        tag: Only notes that carry this tag.
    """
    found = [Note(**ctx.state[key]) for key in ctx.state if key.startswith("note:")]
    chosen = [note for note in found if status == "all" or note.done == (status == "done")]
    return sorted((note for note in chosen if tag is None or tag in note.tags), key=lambda note: note.number)


@tool(title="Tick a note off", idempotent=True, category="memory")
def done(number: int, ctx: Context, undo: bool = False) -> Note:
    """Mark a note as done, or as open again.

    Args:
        number: The note's number.
        undo: Mark it as open again.
    """
    note = _find(ctx, number)
    note.done = not undo
    ctx.state[_key(number)] = asdict(note)
    return note


@tool(title="Remove a note", destructive=True, idempotent=False, category="memory")
def remove(number: int, ctx: Context) -> Note:
    """Remove a note for good and return what it said; its number is not given again.

    Args:
        number: The note's number.
    """
    note = _find(ctx, number)
    del ctx.state[_key(number)]
    return note


def _find(ctx: Context, number: int) -> Note:
    stored = ctx.state.get(_key(number))
    if stored is None:
        raise ValueError(f"there is no note {number}; `notes` with status all lists what there is")
    return Note(**stored)


def _key(number: int) -> str:
    return f"note:{number}"
