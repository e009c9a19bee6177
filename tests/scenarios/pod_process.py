"""Pods in processes of their own, for tests that kill them: each says what happens as JSON lines, and counts in ``ctx.state`` meanwhile.

The process that is started makes everything ready once. For every line that it reads it forks a pod, says its id, and when the pod has
ended says so: a pod is born in milliseconds, and what a killed one leaves is all that the next begins with.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.journal.key import generate
from skillpod.manager import SkillManager

WHY = "I have read every line of it."


def say(said: str, **details: Any) -> None:
    os.write(1, (json.dumps({"said": said, **details}) + "\n").encode())


def entries(pod: SkillManager) -> dict[str, Any]:
    kept = ("state", "generation", "digest", "mode", "error")
    return {entry["name"]: {key: entry[key] for key in kept} for entry in pod.skills()}


async def tell(pod: SkillManager) -> None:
    async for event in pod.events():
        say("event", kind=event.kind.value, skill=event.skill, generation=event.generation, digest=event.digest)


async def count(pod: SkillManager) -> None:
    """A value that was said is one the host has acknowledged: it must outlive whatever comes."""
    while True:
        try:
            say("counted", value=await pod.call("tally__bump", {}))
        except SkillpodError as error:
            say("failed", error=error.as_dict())
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.005)


async def approve(pod: SkillManager) -> None:
    """Agree to whatever is held, as soon as it is. What was said to be approved is."""
    while True:
        for held in pod.holds():
            try:
                await pod.approve(held["name"], held["digest"], reason=WHY, actor="ann")
            except SkillpodError as error:  # something else is held by now, or it is decided again
                say("not approved", error=error.as_dict())
            else:
                say("approved", skill=held["name"], digest=held["digest"])
        await asyncio.sleep(0.01)


async def live(skills: str, home: str) -> None:
    pod = SkillManager(skills, home=home)
    await pod.start()
    working = [asyncio.create_task(work) for work in (tell(pod), approve(pod))]
    say("restored", skills=entries(pod))
    await pod.settled()
    say("settled", skills=entries(pod), answer=await pod.call("words__answer", {}))
    await asyncio.gather(count(pod), *working)


def main(skills: str, home: str) -> None:
    generate("nobody").sign("what loads the library that signs")
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(skills, home))
            os._exit(0)
        say("born", pid=pid)
        os.waitpid(pid, 0)
        say("ended", pid=pid)


if __name__ == "__main__":
    main(*sys.argv[1:])
