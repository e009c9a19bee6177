# expect: none
import asyncio


async def both(a, b):
    async with asyncio.timeout(1):
        return await asyncio.gather(asyncio.sleep(0, a), asyncio.to_thread(str, b))
