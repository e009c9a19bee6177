# expect: CAP-001
import asyncio


async def run():
    loop = asyncio.get_running_loop()
    await loop.create_connection(asyncio.Protocol, "example.com", 80)
