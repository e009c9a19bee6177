# expect: REF-007
import asyncio


async def run():
    loop = asyncio.get_running_loop()
    await loop.subprocess_exec(asyncio.SubprocessProtocol, "id")
