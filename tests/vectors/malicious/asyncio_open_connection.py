# expect: CAP-001
import asyncio


async def run():
    await asyncio.open_connection("example.com", 80)
