"""What takes a wall of the host's own side away: for attacks that show what it is worth."""

from __future__ import annotations

import pytest

from skillpod.sandbox.flight import Deadlines
from skillpod.sandbox.forked import Forked


def no_deadline(patch: pytest.MonkeyPatch) -> None:
    """A host that waits for as long as it takes."""
    patch.setattr(Deadlines, "_overdue", lambda self, call: None)


def no_clock(patch: pytest.MonkeyPatch) -> None:
    """A host that does not look how much processor time a guest has used."""
    patch.setattr(Forked, "cpu", lambda self: 0.0)
