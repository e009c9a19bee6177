# expect: REF-003
import functools


class Setter:
    def put(self, name, value):
        setattr(self, name, value)


def plain(x):
    return x


Setter.put(plain, "_" * 2 + "annotations" + "_" * 2, {"x": "print('got') or int"})
functools.singledispatch(lambda x: x).register(plain)
