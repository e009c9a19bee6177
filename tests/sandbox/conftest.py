import asyncio
from collections.abc import Iterator

import pytest

from skillpod.model.manifest import Limits
from tests.support.open_zygote import OpenZygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[OpenZygote]:
    """One process without walls for all tests that need guests and no walls. It has forked once: no test waits until it has started."""
    one = OpenZygote()
    asyncio.run(_forked_once(one))
    yield one
    one.end()


async def _forked_once(zygote: OpenZygote) -> None:
    await zygote.start()
    guest = await zygote.fork(Limits())
    guest.close()
    await guest.exited
    await zygote.close()
