# expect: none
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_later(0.01, done.set_result, None)
    await done
    size = await loop.run_in_executor(None, len, "abc")
    task = loop.create_task(asyncio.sleep(0))
    await task
    return size, loop.time()


def run():
    return asyncio.run(main())
