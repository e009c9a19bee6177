# expect: IMP-001
import asyncio


async def run():
    await asyncio.create_subprocess_shell("id")
