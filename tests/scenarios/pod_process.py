"""A pod in a process of its own, for tests that kill it: says what happens as JSON lines, and counts in ``ctx.state`` all the while."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from skillpod.errors import SkillpodError
from skillpod.manager import SkillManager


def say(said: str, **details: Any) -> None:
    sys.stdout.write(json.dumps({"said": said, **details}) + "\n")
    sys.stdout.flush()


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


async def main(skills: str, home: str) -> None:
    pod = SkillManager(skills, home=home)
    await pod.start()
    telling = asyncio.create_task(tell(pod))
    say("restored", skills=entries(pod))
    await pod.settled()
    say("settled", skills=entries(pod), answer=await pod.call("words__answer", {}))
    await asyncio.gather(telling, count(pod))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
