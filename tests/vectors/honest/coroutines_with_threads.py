# expect: none
import asyncio
import contextvars
import functools
import time

request = contextvars.ContextVar("request", default="-")


def blocking(seconds):
    time.sleep(seconds)
    return request.get()


async def stream(count):
    for number in range(count):
        await asyncio.sleep(0)
        yield number


class Limiter:
    def __init__(self, rate):
        self.rate, self._tokens, self._changed = rate, rate, asyncio.Condition()

    async def __aenter__(self):
        async with self._changed:
            await self._changed.wait_for(lambda: self._tokens > 0)
            self._tokens -= 1
        return self

    async def __aexit__(self, *details):
        async with self._changed:
            self._tokens += 1
            self._changed.notify()


async def run(jobs):
    token = request.set("one")
    loop = asyncio.get_running_loop()
    limiter = Limiter(2)
    async with limiter:
        first = await asyncio.to_thread(blocking, 0)
        second = await loop.run_in_executor(None, functools.partial(blocking, 0))
    numbers = [number async for number in stream(3) if number]
    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0, job)) for job in jobs], timeout=1)
    for task in pending:
        task.cancel()
    try:
        third = await asyncio.wait_for(asyncio.shield(asyncio.sleep(0, "x")), 1)
    except asyncio.TimeoutError:
        third = None
    request.reset(token)
    return first, second, third, numbers, [task.result() for task in done if not task.exception()]
