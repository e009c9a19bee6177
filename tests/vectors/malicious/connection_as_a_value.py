# expect: CAP-001
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    connect = loop.create_connection
    try:
        await connect(asyncio.Protocol, "127.0.0.1", 9)
    except OSError as error:
        print("got", error)


asyncio.run(main())
