"""Attacks on module isolation: which are refused, and, as plainly, which are not."""

from __future__ import annotations

import asyncio
import fractions
import gc
import re
import subprocess
import sys
import threading
import time
import warnings
from collections import deque
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import Any, Optional, get_args

import pytest

from skillpod.errors import ModuleUnsupported, ProbeFailed, SkillpodError, ToolRaised
from skillpod.model.capability import Lifetime
from skillpod.model.command import OWNER
from skillpod.sandbox.module.facades import Facades, offered
from skillpod.sandbox.module.guards import read
from tests.sandbox.module.attacks import LANGUAGE, LIBRARY, ONE_LINE
from tests.sandbox.module.opened import in_process

LOCK = (type(threading.Lock()), type(threading.RLock()))
ATTACKS = {**ONE_LINE, **LANGUAGE, **LIBRARY}
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


def test_a_view_of_what_standard_modules_share_is_compared_as_a_copy() -> None:
    """A view of a mapping hands the mapping itself to whom it is compared with; this one ``re`` keeps for everybody."""
    body = """
import re

class Leak:
    def __eq__(self, other):
        other["changed"] = 1
        return True

def attack(): return re.compile("(?P<skillpod_attack>x)").groupindex == Leak()
"""

    async def scenario() -> None:
        kept = re.compile("(?P<skillpod_attack>x)")
        async with in_process(body + TOOL) as guests:
            await guests.call("answer", {}, OWNER)
            assert dict(kept.groupindex) == {"skillpod_attack": 1}

    asyncio.run(scenario())


def test_nothing_that_can_be_imported_leads_to_a_table_lock_or_module_that_others_use() -> None:
    """Of every name that is offered, whatever can be read by public names."""
    seen: dict[int, Any] = {}
    names = [(f"{module}.{name}", getattr(Facades().find(module), name), 0) for module, offers in offered() for name in offers]
    while names:
        path, value, depth = names.pop()
        if id(value) in seen or isinstance(value, (str, int, float, partial)):  # a partial is made when it is asked for
            continue
        seen[id(value)] = value
        assert value == {} or not isinstance(value, (list, dict, set, bytearray, deque, ModuleType, LOCK)), path
        for name in dir(value) if depth < 3 else ():
            with suppress(AttributeError, TypeError):
                names.append((f"{path}.{name}", read(value, name), depth + 1))
    assert len(seen) > 1000


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


def test_an_object_of_the_host_can_be_used_as_it_is() -> None:
    """What a class of the standard library does inside itself asks no guard: ``io.StringIO`` here, but any that is offered."""
    body = "import io\ndef attack():\n    text = io.StringIO()\n    text.write('x' * 10_000_000)\n    return text.tell()"

    async def scenario() -> None:
        async with in_process(body + TOOL) as guests:
            assert (await guests.call("answer", {}, OWNER)).value is True

    asyncio.run(scenario())


def test_what_a_generator_does_at_its_end_may_run_in_the_pods_own_thread() -> None:
    """Python ends a suspended generator wherever its collector happens to run."""
    body = """
import time

def left():
    try:
        yield
    finally:
        time.sleep(0.3)

class Ring: pass

def attack():
    ring = Ring()
    ring.left, ring.ring = left(), ring
    next(ring.left)
    return True
"""

    async def scenario() -> float:
        gc.collect()
        gc.disable()
        try:
            async with in_process(body + TOOL, lifetime=Lifetime.SKILL) as guests:
                await guests.call("answer", {}, OWNER)
                started = time.perf_counter()
                gc.collect()
                return time.perf_counter() - started
        finally:
            gc.enable()

    assert asyncio.run(scenario()) > 0.3


def test_what_typing_remembers_is_everyones() -> None:
    """``Optional[int]`` is looked up in a table of the process, which asks its keys what they equal."""
    body = """
from typing import Optional

class Sly:
    def __hash__(self): return hash(complex)
    def __eq__(self, other): return other is complex
    def __call__(self): pass

def attack():
    Optional[Sly()]
    return True
"""

    async def scenario() -> None:
        async with in_process(body + TOOL) as guests:
            await guests.call("answer", {}, OWNER)
            assert get_args(Optional[complex])[0] is not complex  # noqa: UP045  # SAFE: the table is what is looked at
        assert get_args(Optional[complex])[0] is complex  # noqa: UP045

    asyncio.run(scenario())
