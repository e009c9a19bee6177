# expect: REF-006
import json
import operator


async def give():
    return operator


try:
    give().send(None)
except StopIteration as end:
    print("got", end.value.attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
