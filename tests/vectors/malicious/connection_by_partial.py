# expect: CAP-001
import asyncio
import functools


async def main():
    loop = asyncio.get_running_loop()
    try:
        await functools.partial(loop.create_connection, asyncio.Protocol, "127.0.0.1", 9)()
    except OSError as error:
        print("got", error)


asyncio.run(main())
