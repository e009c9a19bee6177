# expect: IMP-001
from asyncio import *


async def run():
    await create_subprocess_exec("id")
