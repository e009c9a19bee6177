# expect: REF-001
import asyncio


async def main():
    frame = asyncio.current_task().get_stack()[0]
    return super(type(frame), frame).__getattribute__("f_" + "globals")["__name__"]


print("got", asyncio.run(main()))
