"""The guests of a handler's text in module isolation, for its tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from skillpod.model.capability import Isolation
from skillpod.sandbox.module.opening import ModuleGuests, open_module
from tests.support.guests import launch
from tests.support.recollection import Recollection


@asynccontextmanager
async def in_process(handler: str, **options: Any) -> AsyncIterator[ModuleGuests]:
    """Proved; options are those of ``launch``. What its guests died of is in ``deaths``."""
    guests = open_module(launch(handler, isolation=Isolation.MODULE, **options), on_death=lambda error: None, memory=Recollection())
    try:
        await guests.prove()
        yield guests
    finally:
        await guests.close()
