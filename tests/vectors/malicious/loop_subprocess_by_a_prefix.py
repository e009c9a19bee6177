# expect: REF-003
import asyncio


def start(loop, tail):
    return getattr(loop, "subprocess_" + tail)


print("got", start(asyncio.new_event_loop(), "shell"))
