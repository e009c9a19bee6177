"""notebook by plain import."""

from __future__ import annotations

import pytest

from skillpod.testing import context
from tests.skills.shipped import SKILLS, module

handler = module("notebook")


def test_notes_are_numbered_kept_ticked_off_and_removed() -> None:
    ctx = context(SKILLS / "notebook")
    first = handler.add("Renew the certificate", ctx, ["ops", "ops"])
    second = handler.add("  Water the plants ", ctx)
    assert (first.number, first.tags, second.number, second.text) == (1, ["ops"], 2, "Water the plants")
    assert [note.number for note in handler.notes(ctx)] == [1, 2]
    assert [note.number for note in handler.notes(ctx, tag="ops")] == [1]
    assert handler.done(1, ctx).done
    assert [note.number for note in handler.notes(ctx)] == [2]
    assert [note.number for note in handler.notes(ctx, status="done")] == [1]
    assert not handler.done(1, ctx, undo=True).done
    assert handler.remove(2, ctx).text == "Water the plants"
    assert [note.number for note in handler.notes(ctx, status="all")] == [1]


def test_a_number_is_never_given_twice() -> None:
    ctx = context(SKILLS / "notebook")
    handler.add("one", ctx)
    handler.remove(1, ctx)
    assert handler.add("two", ctx).number == 2


def test_more_than_nine_notes_stay_in_order() -> None:
    ctx = context(SKILLS / "notebook")
    for number in range(12):
        handler.add(f"note {number}", ctx)
    assert [note.number for note in handler.notes(ctx)] == list(range(1, 13))


def test_a_note_that_is_not_there_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="no note 7"):
        handler.done(7, context(SKILLS / "notebook"))
