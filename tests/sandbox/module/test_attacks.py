"""Attacks on module isolation: which are refused, and, as plainly, which are not."""

from __future__ import annotations

import asyncio
import fractions
import re
import subprocess
import sys
import warnings
from typing import Any

import pytest

from skillpod.errors import ModuleUnsupported, ProbeFailed, SkillpodError, ToolRaised
from skillpod.model.command import OWNER
from tests.sandbox.module.attacks import LANGUAGE, ONE_LINE
from tests.sandbox.module.opened import in_process

ATTACKS = {**ONE_LINE, **LANGUAGE}
TOOL = '''

from skillpod import tool


@tool
def answer() -> bool:
    """Attack."""
    return bool(attack())
'''


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_that_works_in_plain_python_is_refused(attack: str) -> None:
    assert _plainly(attack)

    async def scenario() -> Any:
        async with in_process(attack + TOOL) as guests:
            return (await guests.call("answer", {}, OWNER)).value

    with pytest.raises((ModuleUnsupported, ProbeFailed, ToolRaised)) as refused:
        asyncio.run(scenario())
    assert isinstance(refused.value, SkillpodError)
    assert not hasattr(fractions.Fraction, "skillpod_was_here")


def _plainly(attack: str) -> bool:
    """The same code without any guard, in a process of its own: some of it changes what others use."""
    code = f"import os, warnings\nwarnings.simplefilter('ignore')\n{attack}\nassert attack()"
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, cwd="/tmp").returncode == 0


# --- what is not stopped ---------------------------------------------------------------------------------------------------------


def test_a_skill_can_fill_the_memory_of_the_pod() -> None:
    """``limits.memory`` is not held: there is one process."""
    body = "def attack(): return len(bytes(300_000_000)) == 300_000_000"

    async def scenario() -> None:
        async with in_process(body + TOOL) as guests:
            assert (await guests.call("answer", {}, OWNER)).value is True

    asyncio.run(scenario())


def test_a_skill_can_end_the_pod_by_overflowing_the_stack_of_c() -> None:
    """Every iterator asks the one below it, and no recursion is counted. In a jail only the guest would be gone."""
    program = """
import asyncio
from skillpod.model.command import OWNER
from tests.sandbox.module.opened import in_process
from tests.sandbox.module.test_attacks import TOOL

ATTACK = '''
def attack():
    deep = iter(())
    for _ in range(300000):
        deep = filter(None, deep)
    return next(deep, True)
'''

async def scenario():
    async with in_process(ATTACK + TOOL) as guests:
        await guests.call("answer", {}, OWNER)

asyncio.run(scenario())
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert ended.returncode == -11, ended.stderr.decode()


def test_a_skill_can_hold_up_every_other_call_of_the_pod() -> None:
    """One long operation of C holds the interpreter's lock; no check comes, and no other thread has its turn."""
    body = "def attack(): return len(str(7 ** 300_000 % 10 ** 4)) > 0"

    async def scenario() -> float:
        async with in_process(body + TOOL) as guests:
            loop = asyncio.get_running_loop()
            call = asyncio.create_task(guests.call("answer", {}, OWNER))
            longest, last = 0.0, loop.time()
            while not call.done():
                await asyncio.sleep(0)
                longest, last = max(longest, loop.time() - last), loop.time()
            return longest

    with warnings.catch_warnings():
        assert asyncio.run(scenario()) > 0.004


def test_what_standard_modules_share_can_be_changed_through_a_comparison() -> None:
    """A proxy of a mapping hands the mapping itself to whom it is compared with; here it is one that ``re`` keeps for everybody."""
    body = """
import re


class Leak:
    def __eq__(self, other):
        other["changed"] = 1
        return True


def attack():
    return re.compile("(?P<skillpod_attack>x)").groupindex == Leak()
"""

    async def scenario() -> None:
        async with in_process(body + TOOL) as guests:
            assert (await guests.call("answer", {}, OWNER)).value is True

    asyncio.run(scenario())
    assert "changed" in re.compile("(?P<skillpod_attack>x)").groupindex
    re.purge()


def test_an_object_of_the_host_can_be_used_as_it_is() -> None:
    """What a class of the standard library does inside itself asks no guard: ``io.StringIO`` here, but any that is offered."""
    body = "import io\ndef attack():\n    text = io.StringIO()\n    text.write('x' * 10_000_000)\n    return text.tell()"

    async def scenario() -> None:
        async with in_process(body + TOOL) as guests:
            assert (await guests.call("answer", {}, OWNER)).value is True

    asyncio.run(scenario())
