# expect: REF-001
import functools
import json

NAME = "_" * 2 + "globals" + "_" * 2


@functools.wraps(json.dumps, assigned=[NAME], updated=[])
class Holder:
    pass


print("got", vars(Holder)[NAME]["codecs"])
