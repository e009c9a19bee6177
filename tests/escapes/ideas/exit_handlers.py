"""Leave something that runs when the guest ends, with nobody waiting for it any more."""

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.support import jail

STOPPED_BY = ("an end without a last word: os._exit, or SIGKILL",)
SOURCE = "import atexit; atexit.register(print, 'ran at the end', flush=True)"


def in_the_jail(folder: Path) -> None:
    async def printed() -> str:
        async with jail.zygote() as zygote, jail.guest(zygote) as guest:
            await guest.report()
            await guest.ask(SOURCE)
            guest.forked.wire.close()  # of itself: it may end as it likes
            assert (await guest.forked.exited).status == 0
            return guest.output()

    assert asyncio.run(printed()) == ""


def without_the_wall(folder: Path) -> None:
    """A process that ends as Python programs do."""
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, check=True)
    assert done.stdout == b"ran at the end\n"
