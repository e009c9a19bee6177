# expect: none
import asyncio
import concurrent.futures
import sys
from asyncio import QueueEmpty, TaskGroup, timeout
from asyncio.streams import StreamReader

if sys.platform == "win32":
    asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())


async def work(queue: asyncio.Queue[int], reader: StreamReader | None = None) -> None:
    async with TaskGroup() as group, timeout(1):
        group.create_task(asyncio.to_thread(sum, [1]))
        await asyncio.wait_for(asyncio.shield(asyncio.sleep(0)), 1)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        pool.submit(max, 1, 2)


asyncio.run(work(asyncio.Queue()))
print(QueueEmpty)
