# expect: REF-006
import asyncio


def go(m):
    print("got", m.socket.socket())


go(asyncio.events)
