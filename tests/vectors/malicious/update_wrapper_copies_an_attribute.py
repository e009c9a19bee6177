# expect: REF-003
import functools
import json


class Holder:
    pass


def take(value, name):
    holder = Holder()
    functools.update_wrapper(holder, value, assigned=[name], updated=[])
    return next(v for v in vars(holder).values() if v is not value)


names = take(json.dumps, "_" * 2 + "globals" + "_" * 2)
print("got", names["codecs"])
