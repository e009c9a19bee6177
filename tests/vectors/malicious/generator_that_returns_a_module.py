# expect: REF-006
import json
import operator


def give():
    yield 1
    return operator


def take():
    found = yield from give()
    print("got", found.attrgetter("_" * 2 + "globals" + "_" * 2)(json.dumps)["codecs"])


list(take())
