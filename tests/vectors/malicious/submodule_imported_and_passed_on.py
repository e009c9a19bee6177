# expect: REF-007
from asyncio import events


def go(m):
    print("got", vars(m)["subprocess"].run(["true"]))


go(events)
