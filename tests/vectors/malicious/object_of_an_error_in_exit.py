# expect: IMP-008
import json


class Guard:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        print("got", vars(error.obj)["codecs"])
        return True


with Guard():
    json.nothing
