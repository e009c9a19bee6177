"""Variables of the environment that a skill was granted, inside its guest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from skillpod.errors import SkillpodError
from skillpod.model.capability import Permissions
from skillpod.model.provision import Provision
from skillpod.ports import Guests
from skillpod.sandbox.isolation import JailSandbox
from tests.support.guests import launch
from tests.support.jailed import jailed, value

HANDLER = '''
import locale, os, time
from datetime import datetime

from skillpod import tool

AT_LOAD = dict(os.environ)


@tool
def seen() -> dict[str, str]:
    """Its whole environment, as the code found it when it was loaded."""
    return AT_LOAD


@tool
def noon() -> str:
    """Noon of a summer's day, in its own time."""
    return datetime.fromtimestamp(1_782_561_600).strftime("%H:%M ") + time.strftime("%H:%M", time.localtime(1_782_561_600))


@tool
def spoken() -> list[str]:
    """Its locale, and that of the C library."""
    return [str(locale.setlocale(locale.LC_ALL)), os.environ.get("LC_ALL", "")]
'''
PLAIN = {"HOME": "/tmp", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "TMPDIR": "/tmp", "TZ": "UTC"}


def told(tool: str, variables: Mapping[str, str]) -> Any:
    started = launch(HANDLER, grants=Permissions(environment=frozenset(variables)), provision=Provision(variables=variables))

    async def act(guests: Guests, deaths: list[SkillpodError], jail: JailSandbox) -> Any:
        return await value(guests, tool)

    return jailed(started, act)


def test_granted_variables_are_there_before_its_code_loads_and_nothing_else() -> None:
    assert told("seen", {}) == PLAIN
    assert told("seen", {"STYLE": "a=b ü", "TZ": "Asia/Tokyo"}) == {**PLAIN, "STYLE": "a=b ü", "TZ": "Asia/Tokyo"}


def test_its_time_zone_is_the_one_that_was_set() -> None:
    assert told("noon", {}) == "12:00 12:00"
    assert told("noon", {"TZ": "Europe/Berlin"}) == "14:00 14:00"
    assert told("noon", {"TZ": "CET-1"}) == "13:00 13:00"


def test_a_locale_that_guests_have_is_taken_and_another_leaves_theirs() -> None:
    assert told("spoken", {"LANG": "C"})[1] == ""
    assert "C" in told("spoken", {"LC_ALL": "C"})[0]
    assert told("spoken", {"LC_ALL": "tlh_QX.UTF-8"})[1] == "tlh_QX.UTF-8"


def test_what_was_not_granted_is_no_part_of_a_launch() -> None:
    with pytest.raises(ValueError, match="variables it was granted"):
        launch(HANDLER, provision=Provision(variables={"TZ": "UTC"}))
