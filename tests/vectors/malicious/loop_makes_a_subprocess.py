# expect: REF-007
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    transport = await loop._make_subprocess_transport(asyncio.Protocol(), ["true"], False, None, None, None, 0)
    return transport


try:
    print("got", asyncio.run(main()))
except AttributeError as error:
    print("got", error)
