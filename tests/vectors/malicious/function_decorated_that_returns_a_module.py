# expect: REF-006
import functools
import json
import operator


@functools.lru_cache
def give():
    return operator


print("got", give().attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])
