# expect: REF-006
import asyncio


def go(*modules):
    for m in modules:
        print("got", m.socket.socket().fileno() > 0)


go(asyncio.base_events)
